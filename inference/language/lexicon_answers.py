"""Yes, no, stop, and the words that join or question: phrases between semicolons, data alone."""

from __future__ import annotations

ANSWERS: dict[str, dict[object, str]] = {
    "STOP": {
        None: """
            stop; stops; stopping; stopped; halt; freeze; wait; hold; hold on; hold it; hang on; pause; enough;
            whoa; woah; wow stop; abort; cancel; cease; stay; stand still; stand by; keep still; brake; basta;
            arret; alto; no more; no further; no moving; no movement; no more movement; no more moving; no
            motion; nobody move; no one move; hold still; desist; remain still; remain there; holdon; holdit;
            hangon; holdup; enuf; enuff; nuff; stahp; stawp; staph; stap; frezze; freez; freze; aborrt; dur;
            durdur; arrete;
            arretez; halte; fermo; ferma; fermati; fermate; tomare; yamete; ruko; roko; khalas; stoj; stoi; stanna;
            anhalten; pare; detente; zatrzymaj; zastav; hentikan; berhenti; tigil; hinto; stopp; stoppen; stopper""",
    },
    "DONT": {
        None: """
            do not; does not; did not; never; without; will not; would not; should not; must not; may not; shall
            not; can not; cannot; could not; need not; no need; avoid; except; instead; rather than; neither;
            nor; refuse to; rather not; better not; not yet; forget; forbidden; prevent; refrain; against;
            unless; anything but; hardly; nicht; by no means; under no circumstances; on no account; in no case; at no
            time; not at all""",
    },
    "NOT": {
        None: "not; is not; are not; was not; no longer; not really",
    },
    "NO": {
        None: """
            no; nope; nah; negative; nein; non; no way; no thanks; no thank you; naw; noo; reject; rejected;
            decline; i reject; disagree; i disagree; i do not agree; i do not think so; not agreed; not
            approved; no good; declined; refuse; i refuse; refused; i think not; doubtful; no chance; not a chance;
            nee; nyet; nao; hayir; nahi; nahin; iie; aniyo; nej; hell no; god no; no sir; no doctor;
            can not be; no es correcto""",
    },
    "WRONG": {
        None: """
            wrong; incorrect; mistaken; a mistake; mistake; false; not right; not correct; is not right; is not
            correct; does not look right; does not look correct; does not look good; does not seem right; not
            good; bad; not quite; not quite right; not it; is not it; not that one; not that; not there; not ok;
            not okay; not true; not accurate; inaccurate; off target; error; you are wrong; are wrong; you got
            it wrong; you are mistaken; you are mistaking; you mistake;
            you confuse; you made a mistake; you have it wrong; you have got it wrong; you are
            incorrect; you are off; not what i wanted; not what i meant; not what i asked for; looks off; wrong place;
            wrong spot; wrong answer; wrong guess; wrong one; wrong
            landmark; wrong bone; wrong vertebra; wrong level; wrong structure; wrong joint; wrong region; wrong area;
            wrong
            location; wrong position; wrong again; wrong target; bad guess; bad idea; not good enough; falsch; das ist
            falsch;
            cest faux; faux; not correct at all; far off; you are way off; you are off target""",
    },
    "LOOK": {
        None: """
            look again; look closer; look closely; look more closely; look carefully; look more carefully;
            look once more; check again; think again; try again; try it again; try once more; have another
            look; take another look; another look; look better; have a closer look; take a closer look; look
            harder; look twice; re-check; recheck; retry; reconsider; re-evaluate; have another try; another
            try; look one more time; try one more time; please reconsider; look properly; think harder; try
            harder; second look; are you sure; are you certain; are you sure about that; double check; double check
            that; double check it; take a second look; give it another look; give it another try; give it
            another go; have another go""",
    },
    "IS": {
        None: """
            that is; this is; it is; it is showing; this is showing; that is showing; it shows; this shows; that
            shows; image
            shows; picture shows; screen shows; thats; its; is; that looks like; this looks like; it looks like; looks
            like; look like; looks; that looks; this looks; it looks; that seems; it seems; seems; seems to be;
            seems like; that must be; this must be; it must be; must be; that was; what you see is; what we see
            is; what i see is; i see; you are looking at; we are looking at; i am looking at; we are at; we are
            on; you are at; that would be; that appears to be; appears to be; it should be; that should be;
            actually is; that is actually; it is actually; this is actually; i think it is; i think that is; i
            believe it is; i believe that is; in fact it is; here is; there is; you see; this one is; that one
            is; more like; to be""",
    },
    "BUT": {
        None: "but; rather; actually",
    },
    "YES": {
        None: """
            yes; y; yse; yeah; yea; yep; yup; ya; ja; si; oui; aye; yes please; yes sir; confirm; confirmed;
            accept; accepted; approve; approved; agree; agreed; i agree; i accept; i approve; i confirm;
            affirmative; correct; that is correct; it is correct; this is correct; looks correct; that looks
            correct; seems correct; looks good; look good; that looks good; it looks good; this looks good;
            looks fine; that looks fine; looks ok; looks okay; looks great; looks perfect; that looks great;
            seems right; seems good; sounds good; sounds right; sounds fine; you are right; you are correct;
            do it; do that; do so; make it so; go for it; absolutely; definitely; indeed; exactly; precisely;
            of course; course; carry on; crack on; proceed; please proceed; continue; execute; that is it;
            that is fine;
            that is good; that is ok; that is okay; that is perfect; that is great; it is good; it is fine; it
            is ok; that is one; that is the one; that will do; it is right one; i am happy with that; happy
            with that; go with that; go with it; true; that is true; quite right; that is exactly right; that
            is quite right; exactly right; fine by me; fine with me; ok by me; ok with me; good to go; keep
            going; go on; you may proceed; you can proceed; you may go; you can go; you may go ahead; you can
            go ahead; lets do it; lets do that; lets proceed; lets continue; roger; copy that; ten four; oky
            doky; okey dokey; okie dokie; works for me; works; i am ok with that; go go; go go go; go right
            ahead; all good; move ahead; move on; that works; i like it; positive; certainly; by all means; so
            be it; go there; you got it; you got it right; you have it right; you have got it right; you
            nailed it; spot on; you are spot on; that is spot on; looking good; looking right; looking fine;
            looking great; that is looking good; seems fine; seems ok; this is fine; this is good; this is
            perfect; this is ok; this is okay; this is great; no objection; no objections; thumbs up; green
            light; permission granted; granted; sure thing; righto; right you are; good call; as proposed; as
            suggested; follow your suggestion; concur; i concur; sounds about right;
            that will work; bang on; you have got it; affirm; copy; lets go ahead; you have my permission; d'accord;
            daccord; oui d'accord; genau; parfait; perfecto; claro; sehr gut; va bene; vale; hai; perfetto;
            benissimo; esatto; certo; tamam; evet; jawohl; richtig;
            stimmt; klar; correcto; exacto; bien; exact; press on; press ahead; get it done;
            that is what i wanted; that is what i want; that is what i meant; that is what i asked for;
            just what i wanted; exactly what i wanted;
            theek hai; thik hai; haan; haanji; aiwa; yessir; fair enough;
            as you wish; as you say; whatever you say; i trust you; it is okay; this is right; that seems correct;
            seems correct; why not; follow suggestion; follow proposal; apply; apply it""",
    },
    "OKAY": {
        None: """
            ok; okay; k; okey; oki; alright; all right; good; great; perfect; fine; sure; excellent; go ahead;
            go ahead and; very good; very well; brilliant;
            wonderful; fantastic; awesome; grand; splendid; smashing; super; superb; lovely; bingo""",
    },
    "ISTHIS": {
        None: """
            can you see; can we see; could you see; is this; is that; is it; is this really; is that really; are
            we at; are we on; am i at; am i on; are we seeing; could this be; could that be; can this be; could
            it be; do you see; do we see; is it really; was that; was this; are you at; is this not; is that
            not; is it not; are we there at""",
    },
    "QUESTION": {
        None: """
            where is; where; what; which; who; why; how; when; whether; if; until; till; while; before; after;
            once; did; does; do you; do we; do i; was; were; has; had; have you; have we; have i; are; am; are
            we; am i; should we; should i; shall i; shouldnt; because; since; as soon; whenever; unless; provided;
            suppose; imagine; ignore; pretend; assuming; where are; whose; would it""",
    },
    "THEN": {
        None: """
            then; and then; after that; and after that; afterwards; and afterwards; followed by; next; and next;
            finally; and finally; subsequently; thereafter; then after; thereupon; then also; when done; once
            done; when you are done; once there; when there; once you are there; when you are there; when we are
            there; once we are there; and when there; and once there; after which; and last; lastly; and lastly;
            and now; when you get there; and when you get there; once you get there; and once you get there; while you
            are
            there; and while you are there; while there; and while there; straight after; and straight after; right
            after; and
            right after; right after that; and right after that; immediately after; immediately after that; straight
            after that;
            next thing; thn""",
    },
    "AND": {
        None: "and; plus; nd; adn; &; as well as; und; et; y also; also; along with; together with; with",
    },
    "OR": {
        None: "or; and or; versus; vs",
    },
    "WHICH": {
        None: "both; other; either; either one; each; one or other",
    },
    "THERE": {
        None: "there; at there; way there",
    },
    "BACK": {
        None: "back; again back",
    },
}
