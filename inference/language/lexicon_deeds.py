"""Verbs and what they are done to: phrases between semicolons, data alone."""

from __future__ import annotations

DEEDS: dict[str, dict[object, str]] = {
    "V": {
        "go": """
            go; going; lets go; take me; take us; take it; take view; take c-arm; bring me; bring us; come; get
            to; drive; travel; steer; navigate; proceed to; continue to; carry on to; advance; return; get back;
            bring; send; move over; lets move; keep going; keep moving; continue; carry on; go on; fly; jump;
            walk; run to; head over; head back; head on; carry me; lead me; guide me; scan; goto; g0; change to;
            switch to; lets switch to; set; put; position over; position c-arm; position view; swing over; swing
            across; zoom over; come back; scroll to; now go; onto; lets try; try""",
        "trans": """
            move; moving; shift; slide; pan; translate; scroll; displace; glide; creep; travel; relocate; mvoe;
            moev; shfit; movement; motion; step over; slip; offset; translation; displacement; displace; track; move
            it; shift it; drift; shuffle; budge; bob; hike; hitch; shimmy; sidle; trundle; draw; shove; shunt""",
        "show": """
            show; show me; show us; see; look at; have a look at; take a look at; lets look at; look for; a look
            at; find; find me; locate; localize; localise; center; centre; recenter; recentre; center on; centre
            on; centering; centring; align; aligned; alignment; align with; line up; line up
            with; lineup; target; target is; aim; aim for; aim at; focus; focus on; bring up; pull up; want to
            see; target now; point; point at; visualise; visualize; next target; next target is; reach; search;
            search for; seek; locate me; goal is; goal; destination; destination is; inspect; examine; check;
            check out; put; bring into; have a look; take a look; look over; lets see""",
        "rot": """
            rotate; rotation; rotating; rotate by; tilt; tilting; angle; angling; angulate; angulation; swivel;
            swing; swing round; swing around; orbit; orbital; wig-wag; wig wag; wigwag; turn; spin; roll; roll
            over; roll back; rainbow; oblique; obliquely; arc; rotat; rotaet; pivot; crank; turn round; turn around;
            twist; tip it; angulated; rotated; tilted; rotational; tilt angle; rotate angle; rotate round; angles;
            turning; incline; inclination; inclining; slant""",
        "lift": """
            raise; lift; push; push in; pull; pull out; pull back; push up; lower it; elevate; drop; sink; raise
            it; lift it; hoist""",
        "shoot": "shoot; expose; acquire; snap; fire; capture; expose now",
        "get": """
            get; get me; get us; give; give me; give us; have; need; want; get hold; take; grab; make; do;
            obtain; produce; perform; record; fetch""",
        "save": """
            save; screenshot; take screenshot; take a screenshot; screen shot; screen capture; take a screen
            shot; store; archive; save off; export; bookmark; keep copy; memorise; memorize; save copy""",
        "keep": "keep; file; retain",
    },
    "DEVICE": {
        None: """
            table; bed; couch; patient; tube; x-ray tube; xray tube; source; x-ray source; detector;
            intensifier; image intensifier; ii; flat panel; panel; gantry; trolley; stretcher; tabletop; table
            top; mattress; body; detector panel""",
    },
    "THING": {
        None: """
            c-arm; c arm; carm; camera; field; view; viewpoint; field view; isocentre; isocenter; iso center; iso
            centre; center; centre; middle; position; window; viewport; machine; crosshair; crosshairs; cross
            hair; center view; centre view; fov; c-arms; middle view; middle screen; middle image; middle
            picture; center image; centre image; image center; image centre; picture center; picture centre;
            screen center; screen centre; center picture; centre picture; center screen; centre screen;
            midpoint; into middle; into center; into centre; in middle; in center; in centre; in view; into
            view; on center; on centre; in focus; in middle view; in middle picture; in middle image; in middle
            screen; in center view; in centre view; in center image; in centre image; in center screen; in
            centre screen; in center picture; in centre picture; into center view; into centre view""",
    },
    "IMAGE": {
        1: """
            image; picture; frame; photo; photograph; pic; film; imaging; img; exposure; shot; radiograph;
            spot film; spot image; snapshot; x-ray image; xray image; x-ray picture; single shot; single
            image; single exposure; fluoro picture; fluoro frame; fluoro exposure; fluoroscopic image;
            fluoroscopic shot; fluoroscopic picture; fluoroscopy image; fluoroscopy shot; fluoroscopy picture;
            check shot; check image; control image; control shot; fluoro shot; fluoro image; acquisition;
            still image; spot shot; images; pictures; shots; exposition; radiography; frames; photos; exposures;
            iamge; imgae; pictrue;
            picure""",
    },
    "OLDIMAGE": {
        None: """
            last image; present image; present picture; present view; present frame; current image; last picture;
            current picture; last shot; current frame; last frame;
            current view; image hold; live image; live picture""",
    },
    "SCREEN": {
        None: "screen; monitor; display; viewer",
    },
    "XRAY": {
        None: "x-ray; x-rays; xray; xrays; x ray; x rays; rays",
    },
    "BEAM": {
        None: "beam; radiation; x-ray beam; xray beam; pedal; foot pedal; exposure light; beams; dose",
        "fluoro": """
            fluoro; fluoroscopy; flouro; floro; fluro; flouroscopy; fluroscopy; screening; live fluoro; live
            screening; fluor; live view; live imaging; live x-ray; live xray; continuous fluoro; go live; pulsed
            fluoro; fluoroscope; continuous x-ray; cine; video; live mode; live stream; pulse fluoro; live;
            pedal down; press pedal; press foot pedal; step on pedal; foot on pedal; foot on; fluoroscopic;
            fluoroscopic imaging; fluoro imaging; x-ray fluoro; screen now""",
    },
    "ON": {
        None: "on; active",
    },
    "OFF": {
        None: "off",
    },
    "START": {
        None: """
            start; begin; resume; turn; switch; restart; activate; enable; starting; commence; initiate; put on;
            run; starts; turn back; switch back""",
    },
    "END": {
        None: """
            kill; cut; end; deactivate; disable; terminate; shut; shut down; quit; finish; cut out; release;
            foot off; no; no more; kill off; interrupt; put off; close; finished; ended; done with""",
    },
    "ZOOM": {
        1: """
            zoom in; magnify; enlarge; mag up; magnification; magnification up; mag; zoom up; zoom closer; zoom
            further in; make bigger; make larger; make it bigger; make it larger; bigger; larger; more zoom;
            more magnification; more mag; increase zoom; increase magnification; blow up; zoom in more; magnify
            more; zoom in closer; enlarge it; magnify it; mag in; mag view; higher magnification; zoom-in;
            increase mag; zoom more; zomm in; zoom into; closer view; make image bigger; make picture bigger;
            augment; augment image; amplify; amplify image;
            make image larger; make picture larger""",
        -1: """
            zoom out; zoom back; mag down; demagnify; demag; de-mag; minify; make smaller;
            make it smaller;
            smaller; shrink; less zoom; less magnification; decrease zoom; decrease magnification; reduce zoom;
            reduce magnification; unzoom; magnification down; zoom out more; zoom down; less mag; mag out; lower
            magnification; zoom-out; zoom further out; decrease mag; reduce mag; zomm out; make image smaller;
            make picture smaller""",
        0: "zoom",
    },
    "COLL": {
        1: """
            cone down; cone in; coned down; coned view; coned; collimate; collimate in; collimate down; collimate
            tighter; collimate more; collimate it; collimation; tighten; tighten up; tighter; narrower; narrow;
            narrow beam; narrow it; smaller field view; reduce field view; close down; blades in; shutters in;
            shutter in; collimator in; collimators in; collimators tighter; collimator tighter; collimation tighter;
            collimation in; bring blades in; bring collimators in; cone it down; cone; cone tighter; cone tight;
            cone tightly; collimate in tight; collimate in tightly;
            collimate down tight; collimate down tightly; cone down tight; cone down tightly; cone in tight; collimate
            closer; collimate narrower; colimate; colimate in; tight collimation; collimate tight; collimate
            tightly; tighten beam; blades tighter; cone down tighter; collimator close; collimators close;
            collimation close; blades close; shutters close; collimation narrower; collimator narrower; collimators
            narrower""",
        -1: """
            collimate wider; collimate out; collimate less; cone out; cone up; wider; widen; widen beam; widen it;
            wider field view; larger field view; bigger field view; widen field view; blades out; collimator out;
            collimators out; shutters out; collimator wider; collimators wider; collimation wider; blades wider;
            loosen; open blades bit; open collimator bit; increase field view; collimation out; cone wider; cone
            less; collimate larger; open wider; expand collimation; open up bit; open bit; open out bit; move blades
            out; back off collimation""",
        0: """
            open blades; open fully; open completely; open all way; open collimator all way; open blades all way;
            fully open collimator; fully open blades; fully open collimators; fully open; completely open
            collimator; full field; full field view; full open; full view; whole field; remove collimation; remove
            collimator; remove collimators; remove blades; no collimation; collimation off; collimator off;
            collimators off; collimator open; collimators open; blades open; reset collimation; reset collimator;
            reset collimators; uncollimate; decollimate; clear collimation; collimation open; release collimation;
            undo collimation; take off collimation; take collimation off; cancel collimation; no cone; open
            everything; open it fully; open wide; no blades; open it all way; uncone; remove cone;
            drop collimation""",
    },
    "OPEN": {
        None: "open up; open",
    },
    "BLADE": {
        None: "blade; blades; a blade",
    },
    "PLUSIMAGE": {
        None: """
            one more please; another one; one more; another one please; one another; one more one; shoot one;
            shoot again; shoot one more; expose again; take another; take another one; take one; take one
            more; take one again; grab another; grab one; grab another one; grab one more; get another; get
            another one; get one more; give me another; give me another one; give me one more; take it again
            image; again image; retake; retake image; retake shot; repeat image; repeat shot; repeat exposure;
            repeat x-ray; update image; update picture; refresh; refresh image; refresh picture; snap one;
            snap another; snap one more; snap another one; snap it; take it now; shoot it; shoot now; shot;
            expose; shoot; snapshot please; take a snap; a snap; take a spot; quick snap; and another; and
            another one; same again please; new shot; do another; do another one; do one more; make another
            one; make one more; have another; have another one; have one more; can i get another; single
            acquisition; fire one; fire another; fire again; fire now; give me a spot; give me spot; get a
            spot; get me a spot; do a spot; one spot; one more spot; another spot; fire away; refresh view;
            hit x-ray; run one; a quick one; quick one; take a still; get a still; grab a still; a still; one
            still; scout; take a scout; scout view; a scout; pulse once; one pulse; single pulse; zap; zap it;
            foto; take foto; still shot""",
    },
    "NEW": {
        None: """
            new; fresh; one more; another one; one another; a new; one new; one more time image; repeat; another
            new; updated; update; refresh; extra one; retake; redo; once more; another single; next; a second;
            second; one; a single; single; just one; quick; a quick; one quick; one single; more one; one last;
            one final; a last; a final; final""",
    },
}
