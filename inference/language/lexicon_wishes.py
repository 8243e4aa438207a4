"""Back, home, where, help: phrases between semicolons, data alone."""

from __future__ import annotations

WISHES: dict[str, dict[object, str]] = {
    "UNDO": {
        None: """
            undo; undo that; undo it; undo this; undo last; take back; take it back; take that back; revert;
            reverse that; reverse last; roll that back; undo that please; undo last one; un-do; unmove; go back
            one; step back; back one; one back; one step back; go one step back; go back one step; go back a
            step; a step back; back a step; back one step; undo what you did; undo what you just did; undo
            previous; undo last thing; ctrl z; backtrack; retrace; retrace your steps; step backwards; restore
            last; restore previous""",
    },
    "MOVENOUN": {
        None: """
            proposal; suggestion; proposed move; proposed step; proposed motion; proposed movement;
            proposed position; suggested position; proposed view; proposed
            target; suggested
            move; move; step; motion; movement; one; action; shift; change; command""",
    },
    "PREV": {
        None: """
            where we were; previous one; previous; position before; view before; place before; to before; as before;
            like before; back before; one before; last known position; position we were in; position we had;
            position we had before; position before that; view we had; view we had before; where we where; were we
            were; previuos position; previos position""",
    },
    "HOME": {
        None: """
            home; beginning; reset position; reset c-arm; reset c arm; reset carm; back to start; return to start;
            go to start; very beginning; very start; reset to start; to start; origin; start again from home; base
            position; back start; startposition; outset; square one; begin position; reset view; reset view
            position; back at start; home again; position at start; position at beginning; position from start;
            position we started from; position we started""",
    },
    "LOCATE": {
        None: """
            where are we; which landmark; what landmark; which bone; what bone; what part body is this; which part
            body is this; which body part; what anatomy; which vertebra; what level; which level; identify; identify
            this; identify that; identify it; identify landmark; identify view; identify image; identify position;
            identify structure; identify bone; identify anatomy; recognise this; recognize this; do you recognise
            this; do you recognize this; name landmark; name this; name structure; name this landmark; name this
            structure; describe view; describe image; describe picture; describe what you see; describe this;
            describe position; describe anatomy; describe; current location; our location; our position; current
            position; my location; location; tell me location; tell me position; show where we are; know where we
            are; know where i am; know what this is; see where we are; locate; locate us; locate me; locate view;
            locate c-arm; locate this; where in body are we; what part body are we looking at; what part body am i
            looking at; what does image show; what does this show; what does picture show; what is image showing;
            what does it show; what do you think this is; what do you think it is; what do you think that is;
            recognise; recognize; localize; localise; localize us; orient me; orientation; where we look; guess
            where we are; can you see where we are; whereabouts are we""",
    },
    "HELP": {
        None: """
            help; help me; what can i do; what can you do; what to say; what to type; how to use; how can i control
            c-arm; how do i control c-arm; how do i move c-arm; how do i move; how do i move view; list commands;
            list all commands; show commands; show me commands; show all commands; show me all commands; command
            list; list command; list of commands; commands; available commands; options; i need help; need help;
            need some help; i need some help; give me help; show help; show me help; open help; manual;
            instructions; usage; ?; tell me commands; tell me what you can do; show me what you can do; what else
            can you do; cheat sheet; help please; help menu; menu; give me commands; examples; show examples; show
            me examples; give me examples; possible commands; what can be said; what is possible; tutorial; user
            guide; how do i; help with commands; hlep; voice commands; all commands; show options; show me options;
            command help; list options; give me list commands; give me a list commands; see commands; see list
            commands; what i can do; what you can do; which commands exist; what functions; what functions are
            there; help page; some help; give me some help; a little help; i could use some help""",
    },
}
