"""The words of the command line: data alone, no code. Phrases stand between semicolons; "the", "of" and "please" are
dropped from them as from what is typed. `words.py` reads these tables and says what the types are for."""

from __future__ import annotations

LEXICON: dict[str, dict[object, str]] = {
    "STOP": {
        None: """stop; stops; stopping; stopped; halt; freeze; wait; hold; hold on; hold it; hang on; pause;
enough; whoa;
woah; wow stop; abort; cancel; cease; stay; stand still; stand by; keep still; brake; basta; arret; alto;
no more; no further; no moving; no movement; no more movement; no more moving; no motion; nobody move; no
one move; hold still; desist""",
    },
    "DONT": {
        None: """do not; does not; did not; never; without; will not; would not; should not; must not; may not;
shall not;
can not; cannot; could not; need not; no need; avoid; except; instead; rather than; neither; nor; refuse
to; rather not; better not; not yet; forget; forbidden; prevent; refrain; against; unless; anything but;
hardly; nicht""",
    },
    "NOT": {
        None: """not; is not; are not; was not; no longer; not really""",
    },
    "NO": {
        None: """no; nope; nah; negative; nein; non; no way; no thanks; no thank you; naw; noo; reject;
rejected; decline;
i reject; disagree; i disagree; i do not agree; i do not think so; not agreed; not approved; no good""",
    },
    "WRONG": {
        None: """wrong; incorrect; mistaken; a mistake; mistake; false; not right; not correct; is not right; is not
correct; does not look right; does not look correct; does not look good; does not seem right; not good;
bad; not quite; not quite right; not it; is not it; not that one; not that; not there; not ok; not okay;
not true; not accurate; inaccurate; off target; error; you are wrong; are wrong; you got it wrong; not
what i wanted; not what i meant; not what i asked for; looks off""",
    },
    "LOOK": {
        None: """look again; look closer; look closely; look more closely; look carefully; look more carefully;
look once
more; check again; think again; try again; try it again; try once more; have another look; take another
look; another look; look better; have a closer look; take a closer look; look harder; look twice;
re-check; recheck; retry; reconsider; re-evaluate; have another try; another try; look one more time; try
one more time; please reconsider""",
    },
    "IS": {
        None: """that is; this is; it is; thats; its; is; that looks like; this looks like; it looks like; looks
like; look
like; looks; that looks; this looks; it looks; that seems; it seems; seems; seems to be; seems like;
that must be; this must be; it must be; must be; that was; what you see is; what we see is; what i see is;
i see; you are looking at; we are looking at; i am looking at; we are at; we are on; you are at; that
would be; that appears to be; appears to be; it should be; that should be; actually is; that is actually;
it is actually; this is actually; i think it is; i think that is; i believe it is; i believe that is; in
fact it is; here is; there is; you see; this one is; that one is; more like; to be""",
    },
    "BUT": {
        None: """but; rather; actually""",
    },
    "YES": {
        None: """yes; y; yeah; yea; yep; yup; ya; ja; si; oui; aye; yes please; yes sir; confirm; confirmed; accept;
accepted; approve; approved; agree; agreed; i agree; i accept; i approve; i confirm; affirmative; correct;
that is correct; it is correct; this is correct; looks correct; that looks correct; seems correct; looks
good; look good; that looks good; it looks good; this looks good; looks fine; that looks fine; looks ok;
looks okay; looks great; looks perfect; that looks great; seems right; seems good; sounds good; sounds
right; sounds fine; you are right; you are correct; do it; do that; do so; make it so; go for it;
absolutely; definitely; indeed; exactly; precisely; of course; course; carry on; proceed; please proceed;
continue; execute; that is it; that is fine; that is good; that is ok; that is okay; that is perfect; that
is great; it is good; it is fine; it is ok; that is one; that is the one; that will do; it is right one; i
am happy with that; happy with that; go with that; go with it; true; that is true; quite right;
that is exactly right; that is quite right; exactly right; fine by me; fine with me; ok by me; ok with me;
good to go; keep going; go on; you may proceed; you can proceed; you may go; you can go; you may go ahead;
you can go ahead; lets do it; lets do that; lets proceed; lets continue; roger; copy that; ten four; oky
doky; okey dokey; okie dokie; works for me; i am ok with that; go go; go go go; go right ahead; all good;
move ahead; move on; that works; i like it; positive; certainly; by all means; so be it; go there""",
    },
    "OKAY": {
        None: """ok; okay; k; okey; oki; alright; all right; good; great; perfect; fine; sure; excellent; go ahead; go
ahead and; very good; very well""",
    },
    "SIDE": {
        "left": """left; leftward; leftwards; left sided; left-sided; lt; l; lef; lefft; lft; letf; patients
left; patient
left; his left; her left; their left; leftside; left side; left patient; left patients; left side patient;
left patient side; patient left side; patients left side""",
        "right": """right; rightward; rightwards; right sided; right-sided; rt; r; rigth; rihgt; rght; ritgh;
roght; patients
right; patient right; his right; her right; their right; rightside; right side; right patient; right
patients; righ; right side patient; right patient side; patient right side; patients right side""",
    },
    "DIR": {
        1: """up; upward; upwards; higher; superior; superiorly; north; northward; northwards; headward;
headwards; head
ward; head wards; rostral; rostrally; head end; head side; upp; uo; craniad; top patient""",
        -1: """down; downward; downwards; lower; inferior; inferiorly; south; southward; southwards; footward;
footwards;
feetward; feetwards; foot ward; feet ward; foot end; foot side; feet end; feet side; dwon; donw; dow;
lower down; towards toes; toward toes""",
    },
    "CRAN": {
        1: """cranial; cranially; cranialward; cranialwards; cranialy; cephalad; cephalic; cephalically; cephaled;
cefalad; cephalic direction; cranial direction; cranially directed; cranial side""",
        -1: """caudal; caudally; caudad; caudalward; caudalwards; caudaly; caudal direction; caudal side""",
    },
    "HEAD": {
        None: """head; patients head; patient head; his head; her head; their head; heads""",
    },
    "FEET": {
        None: """feet; foot; patients feet; patient feet; his feet; her feet; their feet; patients foot; legs;
toes""",
    },
    "ANGLE": {
        ("p", 1): """lao; left anterior oblique; left anterior oblique view; l a o; l.a.o""",
        ("p", -1): """rao; right anterior oblique; right anterior oblique view; r a o; r.a.o""",
        ("s", 1): """cran; cranio""",
        ("s", -1): """caud; caudo""",
    },
    "AP": {
        None: """ap; a p; a.p; straight ap; true ap; ap view; ap projection; ap position; ap picture; anteroposterior;
antero posterior; antero-posterior; anterior posterior; anterior-posterior; straight anteroposterior;
frontal; frontal view; frontal projection; front view; straight ap view; true ap view; neutral angle;
neutral angles; neutral rotation; neutral angulation; zero angulation; no angulation; no rotation; reset
angle; reset angles; reset rotation; reset angulation; zero angles; zero angle; straight front; coronal
view; in ap; in ap view; standard ap; straight view""",
    },
    "LATERAL": {
        None: """lateral; lat; true lateral; lateral view; lateral projection; lateral position; cross table lateral;
cross-table lateral; straight lateral; in lateral; side view; lateral angle; full lateral; lat view;
profile view""",
    },
    "VAGUE": {
        "bit": """a bit; bit; little bit; a little bit; a little; little; slightly; a touch; touch; tad; a tad;
a tiny bit;
tiny bit; a smidge; smidge; smidgen; a smidgen; a hair; hair; a whisker; slight; small; tiny; small
amount; a small amount; small move; a small move; small step; small shift; small bit; a wee bit; wee bit;
minimally; just bit; just a bit; just a little; just a little bit; only a bit; only a little; only
slightly; very little; very slightly; nudge; a nudge; bump; jog; scooch; scoot; smidgeon; a teeny bit;
teeny bit; a fraction; lightly; smallish; bitty; petit peu; un peu; ein bisschen; poco; un poco; un po""",
        "some": """some; moderately; moderate; medium; moderate move; moderate step; moderate amount; a moderate
amount;
medium move; medium step; medium amount; a medium amount""",
        "lot": """a lot; lot; lots; far; way; a long way; long way; much; a great deal; large; big; large move;
big move;
large step; big step; large amount; a large amount; a whole lot; a ton; very far; way way; considerably;
substantially; very much; really far; greatly; a big bit""",
    },
    "UNSURE": {
        None: """few; a few; several; range; at least; at most; less than; more than; no more than; up to at
most; maximum;
minimum; maximal; minimal; twice; double; triple; half that; half way; halfway; between; quite a bit;
quite bit; quite a lot; quite; fairly; somewhat; a good bit; a fair bit; good bit; fair bit; not too far;
not too much; not much; not far; not a lot; as far as; as far as possible; as much as; fully; completely;
entirely; percent; pixel; pixels; px; step; steps; notch; notches; click; clicks; km; kilometre;
kilometres; kilometer; kilometers; mile; miles; yard; yards; micron; microns; um; finger; fingers;
fingerbreadth; handbreadth; points; times; radians; rad; dozen; enough mm; too much; too far; that much;
this much; same amount; same again; same distance; same; halves; thirds; third; two thirds; nm; dm;
decimetre; decimetres; decimeter; vertebrae; field width; screen width; screens""",
    },
    "MORE": {
        1: """more; further; farther; another; extra; additional; increase; add; increased; increasing; raise
angle""",
        -1: """less; decrease; reduce; fewer; reduced; back off""",
    },
    "UNIT": {
        "mm": """mm; mms; mil; mils; mills; milli; millis; millimetre; millimetres; millimeter; millimeters;
milimeter;
milimeters; milimetre; milimetres; millimetri; millimetr; milimetro; milimetros""",
        "cm": """cm; cms; centi; centis; centimetre; centimetres; centimeter; centimeters; centimter; centimters;
centimeteres; centimetro; centimetros; zentimeter; sentimeter; sentimeters; santimeter; c m""",
        "m": """m; metre; metres; meter; meters""",
        "inch": """inch; inches; inchs; inchess""",
    },
    "DEG": {
        None: """deg; degs; degree; degrees; degress; degre; degres; dgrees; grad; grados""",
    },
    "V": {
        "go": """go; going; lets go; take me; take us; take it; take view; take c-arm; bring me; bring us; come;
get to;
drive; travel; steer; navigate; proceed to; continue to; carry on to; advance; return; get back; bring;
send; move over; lets move; keep going; keep moving; continue; carry on; go on; fly; jump; walk; run to;
head over; head back; head on; carry me; lead me; guide me; scan; goto; g0; change to; switch to;
lets switch to; set; put; position over; position c-arm; position view; swing over; swing across; zoom
over; come back; scroll to; now go; onto; lets try; try""",
        "trans": """move; moving; shift; slide; pan; translate; scroll; displace; glide; creep; travel;
relocate; mvoe; moev;
shfit; movement; motion; step over; slip; track; move it; shift it; drift""",
        "show": """show; show me; show us; see; look at; have a look at; take a look at; lets look at; look for;
a look at;
find; find me; locate; localize; localise; center; centre; recenter; recentre; center on; centre on;
centering; centring; align; aligned; alignment; align with; algin; allign; line up; line up with; lineup;
target; target is; aim; aim for; aim at; focus; focus on; bring up; pull up; want to see; target now;
point; point at; visualise; visualize; next target; next target is; reach; search; search for; seek;
locate me; goal is; goal; destination; destination is; inspect; examine; check; check out; put; bring
into; have a look; take a look; look over; lets see""",
        "rot": """rotate; rotation; rotating; rotate by; tilt; tilting; angle; angling; angulate; angulation;
swivel; swing;
swing round; swing around; orbit; orbital; wig-wag; wig wag; wigwag; turn; spin; roll; roll over; roll
back; rainbow; oblique; obliquely; arc; rotat; rotaet; pivot; turn round; turn around; twist; angulated;
rotated; tilted; rotational; tilt angle; rotate angle; rotate round; angles; turning""",
        "lift": """raise; lift; push; push in; pull; pull out; pull back; push up; lower it; elevate; drop;
sink; raise it;
lift it; hoist""",
        "shoot": """shoot; expose; acquire; snap; fire; capture; expose now; radiograph""",
        "get": """get; get me; get us; give; give me; give us; have; need; want; get hold; take; grab; make; do;
obtain;
produce; perform; record; fetch""",
        "save": """save; screenshot; take screenshot; take a screenshot; screen shot; screen capture; take a
screen shot;
store; archive; save off; export; bookmark; keep copy; memorise; memorize; save copy""",
        "keep": """keep; file; retain""",
    },
    "DIRX": {
        None: """my left; my right; your left; your right; our left; our right; surgeons left; surgeons right;
operators
left; operators right; doctors left; doctors right; my side; your side; other way; other direction;
opposite way; opposite direction; other side; opposite side; opposite; medial; medially; laterally;
anterior; anteriorly; posterior; posteriorly; ventral; ventrally; dorsal; dorsally; forward; forwards;
backward; backwards; in; out; inward; inwards; outward; outwards; deeper; shallower; proximal; proximally;
distal; distally; clockwise; counterclockwise; anticlockwise; counter-clockwise; anti-clockwise; east;
west; eastward; westward; sideways; sideward; sidewards; diagonally; diagonal; across; midline; toward
midline; away; away from; closer; nearer; near; lpo; rpo; left oblique; right oblique; left posterior
oblique; right posterior oblique; pa; p.a; posteroanterior; postero-anterior; volar; palmar; northeast;
northwest; southeast; southwest; primary; secondary; primary angle; secondary angle; head up; head down;
vertical; vertically; horizontal; horizontally; longitudinal; longitudinally; top; bottom; left lateral
side; too high; too low; too far up; too far down; too far left; too far right; inside; outside; beside;
oblique view; over there; northwards west; feet up; outer; inner; ipsilateral; contralateral; reverse;
mediolateral""",
    },
    "DEVICE": {
        None: """table; bed; couch; patient; tube; x-ray tube; xray tube; source; x-ray source; detector; intensifier;
image intensifier; ii; flat panel; panel; gantry; trolley; stretcher; tabletop; table top; mattress; body;
detector panel""",
    },
    "THING": {
        None: """c-arm; c arm; carm; camera; view; viewpoint; field view; isocentre; isocenter; iso center; iso
centre; center; centre; middle; position; window; viewport; machine; crosshair; crosshairs; cross hair;
center view; centre view; fov; c-arms; middle view; middle screen; middle image; middle picture; center
image; centre image; center picture; centre picture; center screen; centre screen; midpoint; into middle;
into center; into centre; in middle; in center; in centre; in view; into view; on center; on centre; in
focus; in middle view; in middle picture; in middle image; in middle screen; in center view; in centre
view; in center image; in centre image; in center screen; in centre screen; in center picture; in centre
picture; into center view; into centre view""",
    },
    "IMAGE": {
        1: """image; picture; frame; photo; photograph; pic; film; imaging; img; exposure; shot;
radiograph; spot
film; spot image; snapshot; x-ray image; xray image; x-ray picture; single shot; single image;
single exposure; check shot; check image; control image; control shot; fluoro shot; fluoro image;
acquisition; still image; spot shot; images; pictures; shots; frames; photos; exposures; iamge; imgae;
pictrue; picure""",
    },
    "OLDIMAGE": {
        None: """last image; current image; last picture; current picture; last shot; current frame; last frame;
current
view; image hold; live image; live picture""",
    },
    "SCREEN": {
        None: """screen; monitor; display; viewer""",
    },
    "XRAY": {
        None: """x-ray; x-rays; xray; xrays; x ray; x rays; rays""",
    },
    "BEAM": {
        None: """beam; radiation; x-ray beam; xray beam; pedal; foot pedal; exposure light; beams; dose""",
        "fluoro": """fluoro; fluoroscopy; flouro; floro; fluro; flouroscopy; fluroscopy; screening; live fluoro; live
screening; fluor; live view; live imaging; live x-ray; live xray; continuous fluoro; go live; pulsed
fluoro; fluoroscope; continuous x-ray; cine; video; live mode; live stream; pulse fluoro; live; pedal
down; press pedal; press foot pedal; step on pedal; foot on pedal; foot on; fluoroscopic; fluoroscopic
imaging; fluoro imaging; x-ray fluoro; screen now""",
    },
    "ON": {
        None: """on; active""",
    },
    "OFF": {
        None: """off""",
    },
    "START": {
        None: """start; begin; resume; turn; switch; restart; activate; enable; starting; commence; initiate; put on;
starts; turn back; switch back""",
    },
    "END": {
        None: """kill; cut; end; deactivate; disable; terminate; shut; shut down; quit; finish; cut out;
release; foot off;
no; no more; kill off; interrupt""",
    },
    "ZOOM": {
        1: """zoom in; magnify; enlarge; mag up; magnification; magnification up; mag; zoom up; zoom closer; zoom
further in; make bigger; make larger; make it bigger; make it larger; bigger; larger; more zoom; more
magnification; more mag; increase zoom; increase magnification; blow up; zoom in more; magnify more; zoom
in closer; enlarge it; magnify it; mag in; mag view; higher magnification; zoom-in; increase mag; zoom
more; zomm in; zoom into; closer view; make image bigger; make picture bigger; make image larger; make
picture larger""",
        -1: """zoom out; zoom back out; zoom back; mag down; demagnify; minify; make smaller; make it smaller;
smaller;
shrink; less zoom; less magnification; decrease zoom; decrease magnification; reduce zoom; reduce
magnification; unzoom; magnification down; zoom out more; zoom down; less mag; mag out; lower
magnification; zoom-out; zoom further out; decrease mag; reduce mag; zomm out; make image smaller; make
picture smaller""",
        0: """zoom""",
    },
    "COLL": {
        1: """cone down; cone in; coned down; coned view; coned; collimate; collimate in; collimate down; collimate
tighter; collimate more; collimate it; collimation; tighter collimation; more collimation; tighten;
tighten up; tighten collimation; tighten collimator; tighten blades; tighten field; tighter; narrower;
narrow; narrow field; narrow beam; narrow collimation; narrower field; narrow it; smaller field; smaller
field view; reduce field; reduce field view; close blades; close collimator; close collimators; close
shutters; close shutter; close collimation; close iris; close down blades; close down; blades in; shutters
in; shutter in; collimator in; collimators in; collimators tighter; collimator tighter; collimation
tighter; collimation in; close in blades; bring in blades; bring blades in; bring collimators in; bring in
collimators; bring in shutters; increase collimation; cone it down; cone; cone tighter; collimate closer;
collimate narrower; smaller collimation; colimate; colimate in; close field; shrink field; tight
collimation; collimate tight; collimate tightly; tighten beam; blades tighter; cone down tighter; reduce
beam size; limit field""",
        -1: """collimate wider; collimate out; collimate less; cone out; cone up; wider; wider collimation; wider
collimator; less collimation; widen; widen collimator; widen collimators; widen collimation; widen field;
widen blades; widen beam; widen it; larger field; bigger field; wider field; wider field view; larger
field view; bigger field view; widen field view; blades out; collimator out; collimators out; shutters
out; collimator wider; collimators wider; collimation wider; blades wider; decrease collimation; reduce
collimation; loosen; loosen collimation; loosen collimator; open blades bit; open collimator bit; enlarge
field; increase field; increase field view; collimation out; expand field; cone wider; cone less; wider
cone; collimate larger; open wider; broaden field; expand collimation; open up bit; open bit; open out
bit; move blades out; back off collimation""",
        0: """open collimator; open collimators; open up collimator; open up collimators; open collimation; open up
collimation; open blades; open up blades; open shutters; open shutter; open up shutters; open iris; open
fully; open completely; open all way; open field; open up field; open collimator fully; open collimators
fully; open collimator completely; open blades fully; open blades completely; open collimator all way;
open blades all way; fully open collimator; fully open blades; fully open collimators; fully open;
completely open collimator; full field; full field view; full open; full view; whole field; remove
collimation; remove collimator; remove collimators; remove blades; no collimation; collimation off;
collimator off; collimators off; collimator open; collimators open; blades open; blades fully open;
collimator fully open; reset collimation; reset collimator; reset collimators; uncollimate; decollimate;
clear collimation; collimation open; release collimation; undo collimation; take off collimation; take
collimation off; cancel collimation; no cone; open everything; open it fully; open wide; no blades; open
it all way; open cone; uncone; remove cone; drop collimation""",
    },
    "OPEN": {
        None: """open up; open""",
    },
    "BLADE": {
        None: """blade; blades; a blade""",
    },
    "UNDO": {
        None: """undo; undo that; undo it; undo this; undo last; take back; take it back; take that back;
revert; reverse
that; reverse last; roll that back; undo that please; undo last one; un-do; unmove; go back one; step
back; back one; one back; one step back; go one step back; go back one step; go back a step; a step back;
back a step; back one step; undo what you did; undo what you just did; undo previous; undo last thing;
ctrl z; backtrack; retrace; retrace your steps; step backwards; restore last; restore previous""",
    },
    "MOVENOUN": {
        None: """proposal; suggestion; proposed move; proposed step; proposed motion; proposed movement;
suggested move;
move; step; motion; movement; one; action; shift; change; command""",
    },
    "PREV": {
        None: """where we were; where i was; where we have been; where it was; where you were; where we were
before; where
we just were; where i was before; where it was before; where you came from; where we came from; where we
had been; previous position; previous place; previous view; previous spot; previous location; previous
pose; previous one; previous; last position; last place; last view; last spot; last location; last pose;
prior position; prior view; earlier position; former position; old position; position before; view before;
old view; place before; to before;
as before; like before; back before; earlier view; one before;
prior location; previous point; last point;
earlier place; last known position; preceding position; previous positioning; position we were in;
position we had; position we had before; position before that; view we had; view we had before; where we
where; were we were; previuos position; previos position""",
    },
    "HOME": {
        None: """home; home position; start position; starting position; starting point; start point; initial
position;
original position; beginning; where we started; where we began; where you started; where i started;
default position; reset position; reset c-arm; reset c arm; reset carm; initial view; initial location;
starting view; start view; starting place; home view; start location; starting location; initial pose;
start pose; starting pose; back to start; return to start; go to start; very beginning; very start; first
position; original view; original location; reset to start; to start; home base; home pose; initial point;
origin; start again from home; base position; back start; original place; first view; startposition;
outset; square one; original start position; original starting position; initial starting position; begin
position; reset view; reset view position; back at start; home again; default view; initial start
position; position at start; position at beginning; position from start; position we started from;
position we started; where we started from; where we started out; where we first started; where it
started; where it all started; beginning position""",
    },
    "LOCATE": {
        None: """where are we; where am i; where is this; where are you; where we are; where i am; where is
that; where are
we now; what am i looking at; what are we looking at; what are you looking at; what do you see; what do we
see; what do i see; what can you see; what is this; what is that; what is it; what am i seeing; what are
we seeing; what are you seeing; what are we looking; what i am looking at; what we are looking at; what i
look at; what is in view; what is on screen; what is on monitor; what is in image; what is in picture;
what is on image; what is on picture; what is shown; what is shown here; what is visible; what is in
centre; what is in center; what is in middle; what is in focus; what is at center; what is at centre; what
is here; what is there; which landmark; what landmark; which landmark is this; which landmark is that;
which landmark are we at; which landmark are we on; what landmark are we on; what landmark are we at;
which landmark am i at; what landmark is this; what landmark is that; which bone; what bone; which bone is
this; what bone is this; which bone is that; what bone is that; what part is this; which part is this;
what part body is this; which part body is this; which body part; which body part is this; what body part
is this; what structure is this; which structure is this; what anatomy is this; which anatomy is this;
what anatomy; what anatomy am i looking at; what anatomy are we looking at; what region is this; which
region is this; which vertebra is this; what vertebra is this; which vertebra; which vertebra are we at;
what level is this; which level is this; what level are we at; which level are we at; what level are we
on; which level are we on; what level; which level; which joint is this; what joint is this; which side is
this; what side is this; identify; identify this; identify that; identify it; identify landmark; identify
view; identify image; identify position; identify structure; identify bone; identify anatomy; recognise
this; recognize this; do you recognise this; do you recognize this; name landmark; name this; name
structure; name this landmark; name this structure; tell me where we are; tell me where i am; tell me what
this is; tell me what you see; tell me what i am looking at; tell me what we are looking at; say what you
see; say where we are; describe view; describe image; describe picture; describe what you see; describe
this; describe position; describe anatomy; describe; current location; our location; our position; current
position; my location; location; tell me location; tell me position; show me where we are; show where we
are; know where we are; know where i am; know what this is; see where we are; locate; locate us; locate
me; locate view; locate c-arm; locate this; where have we got to; where did we end up; where exactly are
we; where in body are we; what part body are we looking at; what part body am i looking at; which part are
we looking at; where we at; where are we at; where we now; where we are now; where am i now; where is
view; where is c-arm; where is c arm; where is camera; where is center; where is centre; where is c-arm
now; where is picture; what we see; what is being shown; what is displayed; what does image show; what
does this show; what does picture show; what is image showing; what does it show; what is current view;
what is view; what is current position; what is our position; what is our location; what is current
location; what is position; what is location; which landmark do you see; which landmark do we see; what
landmark do you see; which landmarks do you see; what landmarks do you see; what do you see here; what do
you think this is; what do you think it is; what do you think that is; what are we on; what am i on; what
is under beam; recognise; recognize; localize; localise; localize us; orient me; orientation; where is it
now; where we look; where are we looking; where am i looking; where are you looking; guess where we are;
can you see where we are; whereabouts are we; what is centred; what is centered; what is in crosshair;
what is in crosshairs; what region are we in; what area is this; which area is this; what view is this;
which view is this""",
    },
    "HELP": {
        None: """help; help me; what can i say; what can i type; what can i ask; what can i do; what can i tell
you; what
can you do; what do you understand; what do i say; what should i say; what should i type; what to say;
what to type; what could i say; what may i say; how do i use this; how do i use it; how does this work;
how does it work; how to use this; how to use; how can i use this; how can i control c-arm; how do i
control c-arm; how do i move c-arm; how do i move; how do i move view; how do i talk to you; how do i
steer; how can i talk to you; how can i steer; what commands; which commands; what are commands; what
commands are there; which commands are there; what commands can i use; which commands can i use; what
commands can i say; which commands can i say; what commands do you know; which commands do you know; what
commands do you understand; which commands do you understand; list commands; list all commands; show
commands; show me commands; show all commands; show me all commands; command list; list command; list of
commands; commands; available commands; options; what are my options; what are options; i need help; need
help; need some help; i need some help; give me help; show help; show me help; open help; manual;
instructions; usage; ?; what words can i use; which words can i use; what words do you know; tell me
commands; tell me what i can say; show me what i can say; tell me what you can do; show me what you can
do; what else can i say; what else can you do; cheat sheet; help please; help menu; menu; give me
commands; examples; show examples; show me examples; give me examples; what are possible commands;
possible commands; what can be said; which words do you understand; what words do you understand; what is
possible; what am i able to say; tutorial; user guide; how do i; help with commands; hlep; voice commands;
all commands; show options; show me options; command help; list options; give me list commands; give me a
list commands; see commands; see list commands; what i can say; what i can do; what you can do; which
commands exist; what functions; what functions are there; help page""",
    },
    "ISTHIS": {
        None: """can you see; can we see; could you see; is this; is that; is it; is this really; is that
really; are we
at; are we on; am i at; am i on; are we seeing; could this be; could that be; can this be; could it be; do
you see; do we see; is it really; was that; was this; are you at; is this not; is that not; is it not; are
we there at""",
    },
    "QUESTION": {
        None: """where is; where; what; which; who; why; how; when; whether; if; until; till; while; before;
after; once;
did; does; do you; do we; do i; was; were; has; had; have you; have we; have i; are; am; are we; am i;
should we; should i; shouldnt; because; since; as soon; whenever; unless; provided; suppose; imagine;
ignore; pretend; assuming; where are; whose; would it""",
    },
    "THERE": {
        None: """there; at there; way there""",
    },
    "BACK": {
        None: """back; again back""",
    },
    "TO": {
        "to": """to; too; into; onto; at; over to; until; up to; down to; over at; to to; ot; through to; as far
as; upto;
downto; unto""",
        "toward": """toward; towards; twoard; twords; direction; in direction; to direction; in direction to;
towards to; for;
towrads; towrds; torwards; torward; in direction towards""",
    },
    "AND": {
        None: """and; plus; nd; adn; &; as well as; und; et; y also; also; along with; together with; with""",
    },
    "OR": {
        None: """or; and or; versus; vs""",
    },
    "THEN": {
        None: """then; and then; after that; and after that; afterwards; and afterwards; followed by; next; and next;
finally; and finally; subsequently; thereafter; then after; thereupon; then also; when done;
once done; when you are done; once there; when there; once you are there; when you are there; when we are
there; once we are there; and when there; and once there; after which; and last; lastly; and lastly; and
now; thn""",
    },
    "WHICH": {
        None: """both; other; either; either one; each; one or other""",
    },
    "NEW": {
        None: """new; fresh; one more; another one; one another; a new; one new; one more time image; repeat;
another new;
updated; update; refresh; extra one; retake; redo; once more; another single; next; a second; second; one;
a single; single; just one; quick; a quick; one quick; one single; more one""",
    },
    "PLUSIMAGE": {
        None: """one more please; another one; one more; another one please; one another; one more one; shoot
one; shoot
again; shoot one more; expose again; take another; take another one; take one; take one more; take one
again; grab another; grab one; grab another one; grab one more; get another; get another one; get one
more; give me another; give me another one; give me one more; take it again image; again image; retake;
retake image; retake shot; repeat image; repeat shot; repeat exposure; repeat x-ray; update image; update
picture; refresh; refresh image; refresh picture; snap one; snap another; snap one more; snap another one;
snap it; take it now; shoot it; shoot now; shot; expose; shoot; snapshot please; take a snap; a snap; take a spot;
quick snap; and another; and another one; same again please; new shot; do another; do another one; do one
more; make another one; make one more; have another; have another one; have one more; can i get another;
single acquisition""",
    },
}
"""Type of token -> its value -> the phrases that mean it."""

ORDER = (
    "STOP",
    "WRONG",
    "LOOK",
    "NO",
    "YES",
    "OKAY",
    "HELP",
    "LOCATE",
    "ISTHIS",
    "DONT",
    "NOT",
    "IS",
    "HOME",
    "PREV",
    "UNDO",
    "THEN",
    "COLL",
    "ZOOM",
    "PLUSIMAGE",
    "AP",
    "LATERAL",
    "ANGLE",
    "UNSURE",
    "DIRX",
    "SIDE",
    "DIR",
    "CRAN",
    "HEAD",
    "FEET",
    "VAGUE",
    "MORE",
    "UNIT",
    "DEG",
    "BEAM",
    "XRAY",
    "START",
    "V",
    "DEVICE",
    "THING",
    "OLDIMAGE",
    "IMAGE",
    "SCREEN",
    "ON",
    "OFF",
    "END",
    "OPEN",
    "BLADE",
    "MOVENOUN",
    "QUESTION",
    "THERE",
    "BACK",
    "TO",
    "AND",
    "OR",
    "BUT",
    "WHICH",
    "NEW",
)
"""A phrase listed under two types belongs to the one that comes first here."""

FAMILIES: dict[str, str] = {
    "skull": """skull; cranium; cranial vault; calvarium; calvaria; vault; skull vault; vault skull; centre
skull; center
skull; centre cranial vault; center cranial vault; skull center; skull centre; skull bone; middle skull;
skull cap; cranial bone; scull; cranial cavity""",
    "humeral_head": """humeral head; proximal humerus; head humerus; glenohumeral head; shoulder; shoulder
joint; humerus head;
shoulder head; glenohumeral joint; proximal humeral head; proximal end humerus; proximal humeral; humeral
head joint; upper humerus; head humeral; shoulder ball; ball shoulder; ball humerus; top humerus; gleno
humeral head; glenohumeral; gleno-humeral head; gh joint; humeral heads; shoulders; head shoulder; caput
humeri; humerus proximal; shoulder humeral head; gleno-humeral joint; gleno humeral joint""",
    "scapular_inferior_angle": """scapular inferior angle; lower tip scapula; shoulder blade tip; shoulder
blade; scapula; scapular tip;
scapula tip; tip scapula; inferior angle scapula; scapula inferior angle; inferior angle shoulder blade;
tip shoulder blade; lower tip shoulder blade; inferior tip scapula; scapular angle; angle scapula;
scapular lower tip; scapula lower tip; inferior scapular angle; lower scapular angle; lower angle scapula;
shoulderblade; shoulderblade tip; tip shoulderblade; blade tip; tip blade; bottom scapula; bottom tip
scapula; inferior scapula; lower scapula; inferior tip shoulder blade; lower shoulder blade tip; lower tip
shoulderblade; bottom shoulder blade; inferior angle scapular; scapulas; scapulae; shoulder blades;
shoulder-blade; shoulder-blade tip; lower end scapula; lower end shoulder blade; inferior scapular tip;
lower scapular tip; scapula angle; scapula inferior; scapular inferior tip; lower shoulder blade; inferior
pole scapula; shoulder blade lower tip; angulus inferior; angulus inferior scapulae; end shoulder blade;
point shoulder blade; inferior angle; lower tip scapular; tip scapular; scapulae tip; tip scapulae; bottom
tip shoulder blade; lowest point scapula; lowest tip scapula; lower corner scapula; tip shoulder-blade;
scapular; scapular inferior; scapula lower angle; scapular lower angle""",
    "elbow": """elbow; olecranon; cubital joint; elbow joint; elbows; cubital; olecranon process; olecranon
elbow; elbow
olecranon""",
    "wrist": """wrist; carpus; radiocarpal joint; wrist joint; carpal bones; carpals; radiocarpal; radio carpal joint;
radio-carpal joint; wrists; carpal joint; carpal; carpus bone; carpus joint; carpal region; radial carpal
joint; radio carpal; rist""",
    "t1": """t1; first thoracic vertebra; first thoracic; t1 vertebral body; upper thoracic vertebra; t1 vertebra;
vertebra t1; t1 body; body t1; vertebral body t1; first thoracic vertebral body; 1st thoracic vertebra;
1st thoracic; 1st thoracic vertebral body; upper thoracic vertebral body; thoracic vertebra t1; first
dorsal vertebra; uppermost thoracic vertebra; top thoracic vertebra; highest thoracic vertebra; thoracic
first; thoracic t1; vertebra first thoracic; first thoracic t1; first thoracic vertebra t1; t1 thoracic
vertebra; vertebrae t1; t1 vertebrae; level t1; t1 level; first thoracic vertebrae; first thoracical
vertebra; upper thoracic vertebrae; first vertebra thoracic; thoracic vertebra first; t1 spine; spine t1;
t1 thoracic; upper vertebra thoracic; first thorax vertebra; vertebral level t1; vertebra thoracic first""",
    "carina": """carina; tracheal bifurcation; tracheal carina; bifurcation trachea; windpipe split; split
windpipe; where
windpipe splits; where windpipe divides; where trachea splits; where trachea divides; where trachea
bifurcates; trachea bifurcation; tracheal split; trachea split; split trachea; carina trachea; main
carina; windpipe bifurcation; windpipe fork; bifurcation windpipe; tracheal division; carina tracheae;
wind pipe split; fork trachea; fork windpipe; trachea carina; tracheal fork; splitting windpipe; splitting
trachea; windpipe splits; trachea splits; where windpipe forks; where trachea forks; where wind pipe
splits; windpipe splitting; trachea division; division trachea; windpipe division; division windpipe;
bronchial bifurcation; bifurcation bronchi; bifurcation main bronchi; bifurcation tracheal; trachea fork;
place where windpipe splits; point where windpipe splits; point where trachea divides; tracheobronchial
bifurcation; bifurcatio tracheae; split in windpipe; split in trachea; fork in windpipe; fork in trachea;
windpipe splits in two""",
    "hemidiaphragm": """hemidiaphragm; diaphragmatic dome; diaphragmatic crus; diaphragm; dome; dome diaphragm;
diaphragm dome;
hemi diaphragm; hemi-diaphragm; crus; crus diaphragm; diaphragmatic; dome hemidiaphragm; diaphragm crus;
diaphragmatic domes; domes; top diaphragm; hemidiaphragms; diaphragms; hemidiaphragm dome; dome hemi
diaphragm; diaphragma; diaphragma dome; dome diaphragma; dome diaphragmatic; cupola; diaphragm cupola;
cupola diaphragm; half diaphragm; hemidiaphragmatic dome; highest point dome; highest point diaphragm;
highest point diaphragmatic dome; diaphragmatic cupola; phrenic dome""",
    "t12": """t12; twelfth thoracic vertebra; twelfth thoracic; t12 vertebral body; lower thoracic vertebra; t12
vertebra; vertebra t12; t12 body; body t12; vertebral body t12; twelfth thoracic vertebral body; 12th
thoracic vertebra; 12th thoracic; 12th thoracic vertebral body; lower thoracic vertebral body; thoracic
vertebra t12; last thoracic vertebra; last thoracic; twelfth dorsal vertebra; lowest thoracic vertebra;
lowermost thoracic vertebra; bottom thoracic vertebra; twelveth thoracic vertebra; twelfth vertebra; 12th
vertebra; thoracic t12; thoracic twelfth; twelfth thoracic t12; twelfth thoracic vertebra t12; t12
thoracic vertebra; vertebrae t12; t12 vertebrae; level t12; t12 level; twelfth thoracic vertebrae; lower
thoracic vertebrae; twelth thoracic vertebra; thoracic vertebra twelfth; t12 spine; spine t12; t12
thoracic; lower vertebra thoracic; twelveth thoracic; twelth thoracic; vertebral level t12; twelfth thorax
vertebra""",
}
"""The landmarks without their side -> the names people use; the published ones are added from `sim.landmarks`."""

ELSEWHERE = """arm; femur; femoral neck; femoral head; hip; pelvis; knee; ankle; heart; aorta;
aortic bifurcation; aortic
arch; aortic knob; rib; ribs; clavicle; collarbone; collar bone; sternum; breastbone; breast bone;
manubrium; lung; lungs; lung apex; liver; liver dome; spine; neck; chest; thorax; hand; hands; finger;
thumb; forearm; humerus; humeral shaft; humerus shaft; shaft humerus; distal humerus; humeral; ulna;
radius; distal radius; coccyx; sacrum; iliac crest; iliac; ilium; ischium; pubis; symphysis; acromion;
glenoid; coracoid; jaw; mandible; maxilla; teeth; tooth; nose; eye; eyes; orbit bone; sinus; sinuses;
stomach; bladder; kidney; kidneys; spleen; leg; thigh; tibia; fibula; patella; brain; forehead; face; ear;
ears; chin; mouth; abdomen; belly; navel; umbilicus; groin; arms; upper arm; lower arm; carotid; carotid
bifurcation; bifurcation; trachea; windpipe; bronchus; main bronchus; bronchi; esophagus; oesophagus;
vertebra; vertebrae; vertebral body; thoracic vertebra; lumbar; lumbar spine; lumbar vertebra; cervical;
cervical spine; cervical vertebra; thoracic spine; atlas; axis vertebra; dens; odontoid; skull base; base
skull; occiput; mastoid; zygoma; hip joint; sacroiliac joint; si joint; acetabulum; trochanter; greater
trochanter; lesser trochanter; femoral shaft; femoral; metacarpal; metacarpals; phalanx; scaphoid; lunate;
capitulum; epicondyle; trochlea; shin; calf; heel; calcaneus; talus; buttock; breast; nipple; mediastinum;
hilum; ventricle; atrium; pulmonary artery; vena cava; axilla; armpit; shoulder girdle; ac joint;
acromioclavicular joint; sternoclavicular joint; xiphoid; costophrenic angle; gallbladder; pancreas;
colon; bowel; rectum; prostate; uterus; pacemaker; catheter; guidewire; guide wire; screw; implant; nail;
plate; stent; wire; needle; fracture; tumour; tumor; lesion; nodule; mass; thoracic; torso; waist; wing;
tongue; throat; larynx; pharynx; thyroid; muscle; carpal tunnel; scaphoid bone; hip bone; thigh bone; feet
bones; big toe; index finger; cardiac; cardiac silhouette; apex; upper lung; spinous process; pedicle;
transverse process; disc; disk; spinal canal; spinal; sacral; vertebral; joint; hamate; triquetrum;
tailbone; temple; coronoid; radial head; lateral epicondyle; medial epicondyle; bicep; biceps; triceps;
deltoid; olecranon fossa; fossa; scapular spine; spine scapula; scapular notch; body scapula; coracoid
process; superior angle; superior angle scapula; scapular superior angle; upper angle scapula"""
"""Places and things that people name and that are no landmark here: asked back, never guessed."""

FILLERS = frozenset(
    [
        "a",
        "about",
        "actually",
        "afternoon",
        "again",
        "ah",
        "already",
        "also",
        "altogether",
        "amount",
        "an",
        "anatomy",
        "any",
        "anymore",
        "approx",
        "approximately",
        "area",
        "around",
        "as",
        "asap",
        "assistant",
        "basically",
        "better",
        "bloody",
        "bone",
        "buddy",
        "by",
        "can",
        "carefully",
        "carl",
        "cheers",
        "circa",
        "clearly",
        "computer",
        "could",
        "dear",
        "direction-of",
        "directly",
        "disk",
        "distance",
        "do",
        "doc",
        "doctor",
        "dr",
        "eh",
        "er",
        "erm",
        "evening",
        "everybody",
        "everyone",
        "exactly",
        "excuse",
        "first",
        "firstly",
        "for",
        "friend",
        "gently",
        "go-on",
        "gonna",
        "good-morning",
        "gosh",
        "gotta",
        "guys",
        "hello",
        "her",
        "here",
        "hey",
        "hi",
        "him",
        "his",
        "hm",
        "hmm",
        "i",
        "id",
        "ill",
        "im",
        "immediately",
        "indeed-now",
        "instead-now",
        "it",
        "joint-space",
        "just",
        "kind",
        "kindly",
        "landmark",
        "let",
        "lets",
        "level",
        "like",
        "location",
        "ma'am",
        "maam",
        "madam",
        "man",
        "mate",
        "may",
        "maybe",
        "me",
        "might",
        "morning",
        "much-obliged",
        "my",
        "need",
        "next-to",
        "nice",
        "nicely",
        "now",
        "nurse",
        "of",
        "oh",
        "okay-so",
        "okay-then",
        "one's",
        "only",
        "our",
        "over",
        "overall",
        "pardon",
        "patient's",
        "perhaps",
        "pleas",
        "please",
        "pls",
        "plse",
        "plz",
        "point",
        "possible",
        "possibly",
        "precisely",
        "proper",
        "properly",
        "quick",
        "quickly",
        "radiographer",
        "ready",
        "really",
        "region",
        "robot",
        "roughly",
        "same-time",
        "say",
        "second",
        "shall",
        "shot-please",
        "should",
        "side",
        "simply",
        "sir",
        "slowly",
        "smoothly",
        "so",
        "sorry",
        "sort",
        "spot",
        "straight",
        "structure",
        "system",
        "ta",
        "team",
        "tech",
        "technician",
        "technologist",
        "thank",
        "thanks",
        "thankyou",
        "that",
        "the",
        "their",
        "then-please",
        "there's",
        "these",
        "this",
        "those",
        "thx",
        "time",
        "too",
        "total",
        "try",
        "uh",
        "um",
        "us",
        "very",
        "view's",
        "wanna",
        "want",
        "wanted",
        "way-please",
        "we",
        "well",
        "will",
        "wish",
        "with",
        "would",
        "would'd",
        "you",
        "you're",
        "your",
    ]
)
"""Words that change nothing and are dropped after the phrases are read."""

LOOK_ALIKES = frozenset(
    [
        "anther",
        "beginnings",
        "below",
        "bifurcating",
        "binning",
        "cabina",
        "caladium",
        "campus",
        "canina",
        "cardiac",
        "carinas",
        "carinate",
        "caring",
        "carmina",
        "carnal",
        "carps",
        "cellmate",
        "climate",
        "collate",
        "collation",
        "collator",
        "collocate",
        "collocation",
        "corpus",
        "cranial",
        "cubical",
        "czarina",
        "decrees",
        "farina",
        "hummus",
        "humoral",
        "humorous",
        "marina",
        "milliliter",
        "milliliters",
        "millilitre",
        "millilitres",
        "multimeter",
        "multimeters",
        "numerous",
        "patent",
        "pervious",
        "petition",
        "pictured",
        "polution",
        "portion",
        "positing",
        "positional",
        "positioned",
        "positioner",
        "positions",
        "positron",
        "positrons",
        "postilion",
        "potion",
        "precious",
        "previews",
        "previously",
        "provirus",
        "risk",
        "rotates",
        "scalar",
        "scapularis",
        "screaming",
        "screeching",
        "screenie",
        "screenings",
        "screwing",
        "shoulda",
        "shouldbe",
        "shouldered",
        "shouldn",
        "shoulds",
        "shouldst",
        "shouldve",
        "shouter",
        "shudder",
        "skill",
        "skulk",
        "smolder",
        "smoulder",
        "solder",
        "soldier",
        "soldiers",
        "sounder",
        "starlight",
        "straighten",
        "straighter",
        "straights",
        "straightup",
        "strait",
        "streeting",
        "thoracotomy",
        "tracheostomy",
        "tracheotomy",
        "twelfths",
        "twist",
        "vertebrate",
        "waist",
        "whist",
        "wrest",
        "writ",
    ]
)
"""Ordinary words within reach of the spelling repair (searched for in the 300,000 commonest words of English)."""
