"""Sides, directions, angles, amounts and units: phrases between semicolons, data alone."""

from __future__ import annotations

WAYS: dict[str, dict[object, str]] = {
    "SIDE": {
        "left": """
            left; leftward; leftwards; left sided; left-sided; lt; l; lef; lefft; lft; letf; patients left;
            patient left; his left; her left; their left; leftside; left side; left patient; left patients; left
            side patient; left patient side; patient left side; patients left side""",
        "right": """
            right; rightward; rightwards; right sided; right-sided; rt; r; rigth; rihgt; rght; ritgh; roght;
            patients right; patient right; his right; her right; their right; rightside; right side; right
            patient; right patients; righ; right side patient; right patient side; patient right side; patients
            right side""",
    },
    "DIR": {
        1: """
            up; upward; upwards; higher; superior; superiorly; north; northward; northwards; headward;
            headwards; upper; head ward; head wards; rostral; rostrally; ascend; climb; ascending; climbing; head end;
            head side; upp; uo; craniad; top patient""",
        -1: """
            down; downward; downwards; descend; descending; lower; inferior; inferiorly; south; southward;
            southwards; footward; footwards; feetward; feetwards; foot ward; feet ward; foot end; foot side;
            feet end; feet side; dow; lower down; downer; towards toes; toward toes""",
    },
    "CRAN": {
        1: """
            cranial; cranially; cranialward; cranialwards; cranialy; cephalad; cephalic; cephalically; cephaled;
            cefalad; cephalic direction; cranial direction; cranially directed; cranial side""",
        -1: "caudal; caudally; caudad; caudalward; caudalwards; caudaly; caudal direction; caudal side",
    },
    "HEAD": {
        None: "head; patients head; patient head; his head; her head; their head",
    },
    "FEET": {
        None: """
            feet; foot; patients feet; patient feet; his feet; her feet; their feet; patients foot; legs; toes""",
    },
    "ANGLE": {
        ("p", 1): "lao; left anterior oblique; left anterior oblique view; l a o; l.a.o",
        ("p", -1): "rao; right anterior oblique; right anterior oblique view; r a o; r.a.o",
        ("s", 1): "cran; cranio; cra",
        ("s", -1): "caud; caudo; cau",
    },
    "AP": {
        None: """
            ap; a p; a.p; straight ap; true ap; ap view; ap projection; ap position;
            frontal; frontal view; frontal projection; front view; straight ap view; straight ap projection;
            straight ap position;
            true ap view; neutral angle; neutral angles; neutral rotation; neutral angulation; zero angulation;
            no angulation; no rotation; reset angle; reset angles; reset rotation; reset angulation; zero
            angles; zero angle; straight front; coronal view; in ap; in ap view; standard ap; straight view""",
    },
    "LATERAL": {
        None: """
            lateral; lat; true lateral; lateral view; lateral projection; lateral position; cross table lateral;
            cross-table lateral; straight lateral; in lateral; side view; lateral angle; full lateral; lat view;
            profile view""",
    },
    "VAGUE": {
        "bit": """
            a bit; bit; little bit; a little bit; a little; little; slightly; a touch; touch; tad; a tad; a
            tiny bit; tiny bit; a smidge; smidge; smidgen; a smidgen; piece; a piece; a little piece; little piece;
            a small piece; small piece; a hair; hair; a whisker; slight; small;
            tiny; small amount; a small amount; small move; a small move; small step; small shift; small bit;
            a wee bit; wee bit; minimally; just bit; just a bit; just a little; just a little bit; only a bit;
            only a little; only slightly; very little; very slightly; nudge; a nudge; bump; jog; scooch;
            scootch; skooch; scoot; smidgeon; a teeny bit; teeny bit; a fraction; lightly; smallish; bitty;
            marginally;
            marginal; a shade; a trifle; a jot; petit peu; un peu; ein bisschen; poco; un poco; un po""",
        "some": """
            some; moderately; moderate; medium; moderate move; moderate step; moderate amount; a moderate
            amount; medium move; medium step; medium amount; a medium amount""",
        "lot": """
            a lot; lot; lots; far; way; a long way; long way; much; a great deal; large move; big
            move; large step; big step; large amount; a large amount; a whole lot; a ton; very far; way way;
            considerably; substantially; significantly; very much; really far; greatly; a big bit; quite a lot""",
    },
    "UNSURE": {
        None: """
            few; a few; several; big; large; huge; range; at least; at most; less than; more than; no more than; up
            to at most;
            maximum; minimum; maximal; minimal; twice; double; triple; half that; half way; halfway; between;
            quite a bit; quite bit; quite; fairly; somewhat; a good bit; a fair bit; good bit; fair
            bit; not too far; not too much; not much; not far; not a lot; as far as; as far as possible; as much
            as; fully; completely; entirely; percent; pixel; pixels; px; step; steps; notch; notches; click;
            clicks; km; kilometre; kilometres; kilometer; kilometers; mile; miles; yard; yards; micron; microns;
            um; finger; fingers; fingerbreadth; handbreadth; points; times; radians; rad; dozen; enough mm; too
            much; too far; that much; this much; same amount; same again; same distance; same; halves; thirds;
            third; two thirds; nm; dm; decimetre; decimetres; decimeter; vertebrae; field width; screen width;
            screens""",
    },
    "MORE": {
        1: """
            more; further; farther; another; extra; additional; increase; add; increased; increasing; raise
            angle""",
        -1: "less; decrease; reduce; fewer; reduced; back off",
    },
    "UNIT": {
        "mm": """
            mm; mms; mil; mils; mill; mills; milli; millis; millimetre; millimetres; millimeter; millimeters;
            milimeter; milimeters; milimetre; milimetres; millimetri; millimetr; milimetro; milimetros""",
        "cm": """
            cm; cms; centi; centis; centimetre; centimetres; centimeter; centimeters; centimter; centimters;
            centimeteres; centimetro; centimetros; zentimeter; sentimeter; sentimeters; santimeter; c m""",
        "m": "m; metre; metres; meter; meters",
        "inch": "inch; inches; inchs; inchess",
    },
    "DEG": {
        None: "deg; degs; degree; degrees; degress; degre; degres; dgrees; grad; grados",
    },
    "DIRX": {
        None: """
            my left; my right; your left; your right; our left; our right; surgeons left; surgeons right;
            operators left; operators right; doctors left; doctors right; my side; your side; other way; other
            direction; opposite way; opposite direction; other side; opposite side; opposite; medial; medially;
            laterally; anterior; anteriorly; posterior; posteriorly; ventral; ventrally; dorsal; dorsally;
            forward; forwards; backward; backwards; in; out; inward; inwards; outward; outwards; deeper;
            shallower; proximal; proximally; distal; distally; clockwise; counterclockwise; anticlockwise;
            counter-clockwise; anti-clockwise; east; west; eastward; westward; sideways; sideward; sidewards;
            diagonally; diagonal; across; midline; toward midline; away; away from; closer; nearer; near; lpo;
            rpo; left oblique; right oblique; left posterior oblique; right posterior oblique; pa; p.a;
            posteroanterior; postero-anterior; volar; palmar; northeast; northwest; southeast; southwest;
            primary; secondary; primary angle; secondary angle; head up; head down; vertical; vertically;
            horizontal; horizontally; longitudinal; longitudinally; top; bottom; left lateral side; too high;
            too low; too far up; too far down; too far left; too far right; inside; outside; beside; oblique
            view; over there; northwards west; feet up; outer; inner; ipsilateral; contralateral; reverse;
            mediolateral""",
    },
    "TO": {
        "to": """
            to; too; into; onto; at; over to; until; up to; down to; over at; to to; ot; through to; as far as;
            upto; downto; unto""",
        "toward": """
            toward; towards; twoard; twords; direction; in direction; to direction; in direction to; towards to;
            for; towrads; towrds; torwards; torward; in direction towards""",
    },
}
