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
            proposal; suggestion; proposed move; proposed step; proposed motion; proposed movement; suggested
            move; move; step; motion; movement; one; action; shift; change; command""",
    },
    "PREV": {
        None: """
            where we were; where i was; where we have been; where it was; where you were; where we were before;
            where we just were; where i was before; where it was before; where you came from; where we came
            from; where we had been; previous position; previous place; previous view; previous spot; previous
            location; previous pose; previous one; previous; last position; last place; last view; last spot;
            last location; last pose; prior position; prior view; earlier position; former position; old
            position; position before; view before; old view; place before; to before; as before; like before;
            back before; earlier view; one before; prior location; previous point; last point; earlier place;
            last known position; preceding position; previous positioning; position we were in; position we had;
            position we had before; position before that; view we had; view we had before; where we where; were
            we were; previuos position; previos position""",
    },
    "HOME": {
        None: """
            home; home position; start position; starting position; starting point; start point; initial
            position; original position; beginning; where we started; where we began; where you started; where i
            started; default position; reset position; reset c-arm; reset c arm; reset carm; initial view;
            initial location; starting view; start view; starting place; home view; start location; starting
            location; initial pose; start pose; starting pose; back to start; return to start; go to start; very
            beginning; very start; first position; original view; original location; reset to start; to start;
            home base; home pose; initial point; origin; start again from home; base position; back start;
            original place; first view; startposition; outset; square one; original start position; original
            starting position; initial starting position; begin position; reset view; reset view position; back
            at start; home again; default view; initial start position; position at start; position at
            beginning; position from start; position we started from; position we started; where we started
            from; where we started out; where we first started; where it started; where it all started;
            beginning position""",
    },
    "LOCATE": {
        None: """
            where are we; where am i; where is this; where are you; where we are; where i am; where is that;
            where are we now; what am i looking at; what are we looking at; what are you looking at; what do you
            see; what do we see; what do i see; what can you see; what is this; what is that; what is it; what
            am i seeing; what are we seeing; what are you seeing; what are we looking; what i am looking at;
            what we are looking at; what i look at; what is in view; what is on screen; what is on monitor; what
            is in image; what is in picture; what is on image; what is on picture; what is shown; what is shown
            here; what is visible; what is in centre; what is in center; what is in middle; what is in focus;
            what is at center; what is at centre; what is here; what is there; which landmark; what landmark;
            which landmark is this; which landmark is that; which landmark are we at; which landmark are we on;
            what landmark are we on; what landmark are we at; which landmark am i at; what landmark is this;
            what landmark is that; which bone; what bone; which bone is this; what bone is this; which bone is
            that; what bone is that; what part is this; which part is this; what part body is this; which part
            body is this; which body part; which body part is this; what body part is this; what structure is
            this; which structure is this; what anatomy is this; which anatomy is this; what anatomy; what
            anatomy am i looking at; what anatomy are we looking at; what region is this; which region is this;
            which vertebra is this; what vertebra is this; which vertebra; which vertebra are we at; what level
            is this; which level is this; what level are we at; which level are we at; what level are we on;
            which level are we on; what level; which level; which joint is this; what joint is this; which side
            is this; what side is this; identify; identify this; identify that; identify it; identify landmark;
            identify view; identify image; identify position; identify structure; identify bone; identify
            anatomy; recognise this; recognize this; do you recognise this; do you recognize this; name
            landmark; name this; name structure; name this landmark; name this structure; tell me where we are;
            tell me where i am; tell me what this is; tell me what you see; tell me what i am looking at; tell
            me what we are looking at; say what you see; say where we are; describe view; describe image;
            describe picture; describe what you see; describe this; describe position; describe anatomy;
            describe; current location; our location; our position; current position; my location; location;
            tell me location; tell me position; show me where we are; show where we are; know where we are; know
            where i am; know what this is; see where we are; locate; locate us; locate me; locate view; locate
            c-arm; locate this; where have we got to; where did we end up; where exactly are we; where in body
            are we; what part body are we looking at; what part body am i looking at; which part are we looking
            at; where we at; where are we at; where we now; where we are now; where am i now; where is view;
            where is c-arm; where is c arm; where is camera; where is center; where is centre; where is c-arm
            now; where is picture; what we see; what is being shown; what is displayed; what does image show;
            what does this show; what does picture show; what is image showing; what does it show; what is
            current view; what is view; what is current position; what is our position; what is our location;
            what is current location; what is position; what is location; which landmark do you see; which
            landmark do we see; what landmark do you see; which landmarks do you see; what landmarks do you see;
            what do you see here; what do you think this is; what do you think it is; what do you think that is;
            what are we on; what am i on; what is under beam; recognise; recognize; localize; localise; localize
            us; orient me; orientation; where is it now; where we look; where are we looking; where am i
            looking; where are you looking; guess where we are; can you see where we are; whereabouts are we;
            what is centred; what is centered; what is in crosshair; what is in crosshairs; what region are we
            in; what area is this; which area is this; what view is this; which view is this""",
    },
    "HELP": {
        None: """
            help; help me; what can i say; what can i type; what can i ask; what can i do; what can i tell you;
            what can you do; what do you understand; what do i say; what should i say; what should i type; what
            to say; what to type; what could i say; what may i say; how do i use this; how do i use it; how does
            this work; how does it work; how to use this; how to use; how can i use this; how can i control
            c-arm; how do i control c-arm; how do i move c-arm; how do i move; how do i move view; how do i talk
            to you; how do i steer; how can i talk to you; how can i steer; what commands; which commands; what
            are commands; what commands are there; which commands are there; what commands can i use; which
            commands can i use; what commands can i say; which commands can i say; what commands do you know;
            which commands do you know; what commands do you understand; which commands do you understand; list
            commands; list all commands; show commands; show me commands; show all commands; show me all
            commands; command list; list command; list of commands; commands; available commands; options; what
            are my options; what are options; i need help; need help; need some help; i need some help; give me
            help; show help; show me help; open help; manual; instructions; usage; ?; what words can i use;
            which words can i use; what words do you know; tell me commands; tell me what i can say; show me
            what i can say; tell me what you can do; show me what you can do; what else can i say; what else can
            you do; cheat sheet; help please; help menu; menu; give me commands; examples; show examples; show
            me examples; give me examples; what are possible commands; possible commands; what can be said;
            which words do you understand; what words do you understand; what is possible; what am i able to
            say; tutorial; user guide; how do i; help with commands; hlep; voice commands; all commands; show
            options; show me options; command help; list options; give me list commands; give me a list
            commands; see commands; see list commands; what i can say; what i can do; what you can do; which
            commands exist; what functions; what functions are there; help page""",
    },
}
