"""Streamed text of a model -> Prediction and Proposal, valid or refused with one sentence; and the
published reading.

One tolerant parser with a strict check for every task. Tolerant in form: code fences, text before and
after, white space, case, decisions before or after the reasons, names instead of ids, missing brackets,
closing tags missing at the very end. Strict in content: every element exactly once, every landmark known
and distinct, CENTER with NONE and only with NONE, no reason against its token. Knows no model and no truth;
text is only ever compared, never run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from inference.prompts import DIRECTIONS, EXTENT_MM, motion_of
from inference.step import Delta, Prediction, Proposal
from sim.landmarks import BY_ID, BY_KEY, LANDMARKS

LIMIT = 4000
"""Characters of a reply that are read; a longer one is cut off here and refused."""

_COUNT = {"localization": 2, "retrieval": 3, "correction": 2}
_WRAPPERS = {"navigation": ("output", "step1", "step2"), "correction": ("response",)}
_LEAVES = {
    "navigation": ("context", "x", "extent_x", "y", "extent_y", "reason_x", "reason_y"),
    "correction": ("visual_reasoning", "landmarks"),
}
_DECISION = ("context", "x", "extent_x", "y", "extent_y")


class _Refused(Exception):  # noqa: N818 - caught in this module alone; carries the sentence
    pass


class ReplyReader:
    """Reads one reply as it streams. `task` is a task of prompts.TASKS; navigation needs the `target` key."""

    def __init__(self, task: str, target: str | None = None):
        if task not in _COUNT and task != "navigation":
            raise ValueError(f"There is no task called {task}.")
        if task == "navigation" and target not in BY_KEY:
            raise ValueError(f"Navigation needs a landmark as its target, not {target}.")
        self.task, self.target = task, target
        self.text = ""
        self.full = False  # the limit was passed: nothing more is read, the reply will be refused
        self._told_landmarks: tuple[str, ...] = ()
        self._proposal: Proposal | None = None

    def feed(self, piece: str) -> Delta:
        """Take in `piece`. The delta carries the landmarks once they are complete, and the proposal exactly
        once: when the decision is complete and all that was read so far is valid. Never raises."""
        kept = piece[: LIMIT - len(self.text)]
        self.full = self.full or len(kept) < len(piece)
        self.text += kept
        landmarks: tuple[str, ...] = ()
        proposal = None
        if not self.full and (self._proposal is None or not self._told_landmarks):
            try:
                found, moved = self._so_far()
            except _Refused:
                return Delta(kept)
            if found and not self._told_landmarks:
                landmarks = self._told_landmarks = found
            if moved and self._proposal is None:
                proposal = self._proposal = moved
        return Delta(kept, proposal, landmarks)

    def finish(self, frame_index: int, seconds: float = 0.0) -> tuple[Prediction, Proposal | None]:
        """The whole reply, read strictly. An invalid one has no landmarks, no reasons and no proposal.
        Never raises."""
        try:
            if self.full:
                raise _Refused(f"The reply is longer than {LIMIT} characters.")
            if not self.text.strip():
                raise _Refused("The reply is empty.")
            landmarks, reasons, proposal = self._whole()
        except _Refused as refusal:
            refused = Prediction(
                frame_index, self.task, raw=self.text, valid=False, problem=str(refusal), seconds=seconds
            )
            return refused, None
        prediction = Prediction(frame_index, self.task, landmarks, reasons, self.text, True, "", seconds)
        return prediction, proposal

    def _so_far(self) -> tuple[tuple[str, ...], Proposal | None]:
        if self.task == "navigation":
            parts = _elements(self.text, self.task, final=False)
            context = (_context(parts["context"]),) if "context" in parts else ()
            return context, self._decision(parts) if all(name in parts for name in _DECISION) else None
        if self.task == "correction":
            parts = _elements(self.text, self.task, final=False)
            return (_listed(parts["landmarks"], 2), None) if "landmarks" in parts else ((), None)
        return (_listed(self.text, _COUNT[self.task]), None) if "]" in self.text else ((), None)

    def _whole(self) -> tuple[tuple[str, ...], tuple[str, ...], Proposal | None]:
        if self.task not in _LEAVES:
            return _listed(self.text, _COUNT[self.task]), (), None
        parts = _elements(self.text, self.task, final=True)
        for name in _LEAVES[self.task]:
            if not parts.get(name):
                raise _Refused(f"The reply has no {name.replace('_', ' ')}.")
        if self.task == "correction":
            return _listed(parts["landmarks"], 2), (parts["visual_reasoning"],), None
        proposal = self._decision(parts)
        return (_context(parts["context"]),), (parts["reason_x"], parts["reason_y"]), proposal

    def _decision(self, parts: dict[str, str]) -> Proposal:
        _context(parts["context"])
        tokens = {name: _token(name, parts[name]) for name in _DECISION[1:]}
        for axis in ("x", "y"):
            direction, extent = tokens[axis], tokens[f"extent_{axis}"]
            if (direction == "CENTER") != (extent == "NONE"):
                raise _Refused(f"The reply's {direction} does not go with {extent}.")
            if contradicts(parts.get(f"reason_{axis}", ""), direction, extent):
                raise _Refused(f"The reply's reason {axis} speaks against its {direction}.")
        return Proposal(self.target, **tokens, motion=motion_of(**tokens))


# ---- elements ------------------------------------------------------------------------------------

_TAG = re.compile(r"<\s*(/?)\s*(\w+)\b([^<>]*)>")


def _as_shown(text: str) -> str:
    """One way of writing each letter. What a reader does not see as it is meant (marks without width or against the
    direction, letters of another script that look like ours) could hide a tag, or a reason that speaks against its
    token."""
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text):
        raise _Refused("The reply has signs that cannot be seen.")
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    if any(unicodedata.category(sign) == "Cf" for sign in text):
        raise _Refused("The reply has signs that cannot be seen.")
    if any(sign.isalpha() and not unicodedata.normalize("NFKD", sign)[0].isascii() for sign in text):
        raise _Refused("The reply has letters that cannot be read.")
    return text


def _elements(text: str, task: str, final: bool) -> dict[str, str]:
    """The closed elements of an XML reply, stripped; with `final` also one that the end left open."""
    leaves, wrappers = _LEAVES[task], _WRAPPERS[task]
    text = _as_shown(text)
    if "<!" in text:
        raise _Refused("The reply has a comment, which could hide an answer.")
    parts: dict[str, str] = {}
    seen: set[str] = set()
    leaf, start = "", 0
    for tag in _TAG.finditer(text):
        closing, name = tag[1], tag[2].lower()
        if name not in leaves and name not in wrappers:
            continue
        if tag[3].strip():
            raise _Refused(f"The reply's {name} is not a plain tag.")
        if leaf and not (closing and name == leaf):
            raise _Refused(f"The reply's {leaf} is not closed.")
        if closing + name in seen:
            raise _Refused(f"The reply has {name} twice.")
        seen.add(closing + name)
        if name in wrappers:
            continue
        if not closing:
            leaf, start = name, tag.end()
        elif leaf:
            parts[leaf], leaf = text[start : tag.start()].strip(), ""
        else:
            raise _Refused(f"The reply closes {name} without opening it.")
    if leaf and final:
        rest = re.sub(r"<[^<>]*$", "", text[start:])
        parts[leaf] = rest.strip().rstrip("`").strip()
        if leaf.startswith("reason") and not parts[leaf].endswith((".", "!", "?")):
            # What is lacking may say otherwise.
            raise _Refused(f"The reply breaks off in its {leaf.replace('_', ' ')}.")
    return parts


def _token(name: str, value: str) -> str:
    allowed = tuple(EXTENT_MM) if name.startswith("extent") else DIRECTIONS[name]
    token = value.strip(" \t\r\n\"'`.").upper().replace("CENTRE", "CENTER")
    if token not in allowed:
        raise _Refused(f"The reply's {name} is not one of {', '.join(allowed)}.")
    return token


# ---- names ---------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Lower-case words and numbers with single spaces; "T 12" and "T-12" are T12."""
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    text = re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
    return re.sub(r"\bt (1|12)\b", r"t\1", text)


def _forms() -> dict[str, str]:
    forms = {}
    for mark in LANDMARKS:
        for name in map(_plain, mark.names):
            if not mark.side:
                forms[name] = mark.key
                continue
            forms[f"{mark.side} {name}"] = forms[f"{name} {mark.side}"] = mark.key
            if " of " in name:
                head, tail = name.split(" of ")
                for article in ("", "the "):
                    forms[f"{head} of {article}{mark.side} {tail}"] = mark.key
    return forms


def _any_of(texts: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, texts), key=len, reverse=True)) + ")"


_FORMS = _forms()
_NAME = re.compile(rf"\b{_any_of(_FORMS)}\b")


def mentions(text: str) -> list[str]:
    """Keys of the landmarks that `text` names with their side ("Head of left humerus"), in order, repeats
    kept."""
    return [_FORMS[found] for found in _NAME.findall(_plain(text))]


def _context(text: str) -> str:
    """The one landmark that `text` is: a name, an id, or both in agreement. Nothing else may stand beside
    it."""
    keys = {*mentions(text), *(_key(number) for number in re.findall(r"\d+", _NAME.sub(" ", _plain(text))))}
    rest = set(re.findall(r"[a-z]+", _NAME.sub(" ", _plain(text)))) - {"the"}
    if len(keys) != 1 or rest:
        raise _Refused("The reply's context is not one of the landmarks.")
    return keys.pop()


def _key(number: str) -> str:
    if len(number) > 2 or int(number) not in BY_ID:
        raise _Refused("The reply names an id outside 1 to 14.")
    return BY_ID[int(number)].key


# ---- lists of landmarks --------------------------------------------------------------------------

_ID_BEFORE_COLON = re.compile(r"(?<![\w.-])(\d+)\s*:")
_LONE_INTEGER = re.compile(r"(?<![\w.-])(\d+)(?!\w|\.\d)")
_CUT_ID = re.compile(r"\[[^\]]*(?<!\w)1$")
"""An open list that ends in a 1: cut off, that may have been 10 to 14."""
_T_NUMBER = re.compile(r"\b[Tt][\s-]*1(2?)\b")


def _listed(text: str, count: int) -> tuple[str, ...]:
    """Exactly `count` distinct landmarks of a live reply."""
    if _CUT_ID.search(text):
        raise _Refused("The reply breaks off within an id.")
    region = _T_NUMBER.sub(r"T1\1", _within_brackets(text))
    tags = list(_ID_BEFORE_COLON.finditer(region)) or list(_LONE_INTEGER.finditer(region))
    keys = [_key(tag[1]) for tag in tags] or mentions(region)
    if tags:
        starts = [tag.end() for tag in tags]
        ends = [tag.start() for tag in tags[1:]] + [len(region)]
        labels = [region[start:end] for start, end in zip(starts, ends)]
        misnamed = any(name != key for key, label in zip(keys, labels) for name in mentions(label))
        if misnamed or mentions(region[: tags[0].start()]) or any(map(_LONE_INTEGER.search, labels)):
            raise _Refused("The reply's ids and names do not agree.")
    if re.search(r"\d", _NAME.sub(" ", _plain(_LONE_INTEGER.sub(" ", region)))):
        raise _Refused("The reply has a number that is no landmark's id.")
    if len(keys) != count:
        raise _Refused(f"The reply names {len(keys)} landmarks instead of {count}.")
    if len(set(keys)) != count:
        raise _Refused("The reply names a landmark twice.")
    return tuple(keys)


def _within_brackets(text: str) -> str:
    groups = re.findall(r"\[([^\[\]]*)\]", text)
    if groups:
        return ", ".join(groups)
    return text.partition("[")[2] or text.partition("]")[0]


def published_ids(task: str, raw: str) -> list[int] | None:
    """The ids of a reply as the published evaluation counts them (arXiv 2604.18740), or None for a
    malformed one.

    Retrieval: exactly three ids, duplicates stand. Localization, correction and regions: the first two. Ids
    are the integers before colons, so that digits in names do not count; a reply without any has its lone
    integers read. Ids are not checked against a list of landmarks. Navigation has none.
    """
    if task == "navigation":
        return None
    if task == "correction":
        inside = re.search(r"<\s*landmarks\s*>(.*?)(?:<|$)", raw, re.IGNORECASE | re.DOTALL)
        if inside is None:
            return None
        raw = inside[1]
    region = _T_NUMBER.sub(" ", _within_brackets(raw))
    count = 3 if task == "retrieval" else 2
    ids = _ID_BEFORE_COLON.findall(region)
    if not ids or (count == 2 and len(ids) < 2):
        ids = _LONE_INTEGER.findall(region)
    if len(ids) < count or (count == 3 and len(ids) > 3):
        return None
    return [int(number[:9]) for number in ids[:count]]


# ---- reasons -------------------------------------------------------------------------------------

_TOWARD = r"(?:toward|towards|to) (?:the )?(?:patient s )?"
_SAYS = {
    "LEFT": re.compile(r"\bleft(?:wards?|most)?\b"),
    # "right above" is no side, "to the right above" is one.
    "RIGHT": re.compile(
        r"\b(?:the|s) right\b|\bright(?:wards?|most)?\b"
        r"(?! (?:at|above|below|beside|away|now|here|there|in|on|next|over|under)\b)"
    ),
    "UP": re.compile(
        rf"\b(?:up|upwards?|above|higher|head ?wards?|cranial(?:ly|wards?)?|cephalad|cephalic|rostral(?:ly)?"
        rf"|superior(?:ly)?|raise|ascend|{_TOWARD}head)\b"
    ),
    "DOWN": re.compile(
        rf"\b(?:down|downwards?|below|beneath|underneath|lower|(?:foot|feet) ?wards?|caudal(?:ly|wards?)?|caudad"
        rf"|inferior(?:ly)?|descend|{_TOWARD}(?:feet|foot|legs))\b"
    ),
}
_STAYS = re.compile(
    r"\b(?:is|lies|sits|stays?|remains?|already) (?:\w+ly |well )?(?:cent(?:re|er)d|level)\b(?! (?:on|at|over)\b)"
    r"|\b(?:no|not) (?:further |any |to )?(?:\w+(?:al|ways) )?(?:move|movement|shift|motion|adjustment)\b"
)
_MOVE = r"(?:\w+ )?(?:move|movement|shift|step|adjustment|distance|extent)\b"
_LITTLE, _FAR = r"\b(?:a little|slightly)\b", r"(?<!not )(?<!so )(?<!as )\bfar\b"
_SIZES = {
    "SMALL": re.compile(rf"\b(?:small|slight) {_MOVE}|{_LITTLE}"),
    "MODERATE": re.compile(rf"\bmoderate {_MOVE}|{_LITTLE}|{_FAR}"),  # neither word is against it
    "LARGE": re.compile(rf"\blarge {_MOVE}|{_FAR}"),
}
_OPPOSITE = {"LEFT": "RIGHT", "RIGHT": "LEFT", "UP": "DOWN", "DOWN": "UP"}
_STRUCTURES = re.findall(
    r"\w+",
    "lung lungs lobe apex hilum rib ribs clavicle clavicles scapula scapulae shoulder shoulders arm arms "
    "forearm forearms hand hands humerus radius ulna thorax hemithorax chest abdomen diaphragm dome heart "
    "atrium ventricle bronchus mediastinum vertebra vertebrae spine neck jaw mandible pelvis hip kidney "
    "limb limbs extremity joint",
)
_UNSIDED = {_plain(name) for mark in LANDMARKS for name in mark.names} | set(_STRUCTURES)
_NAMED_PART = re.compile(
    r"\b(?:(?:left|right|upper|lower|superior|inferior|medial|lateral|proximal|distal) )*"
    + _any_of(_UNSIDED)
    + r"\b(?! sides?\b)"
)


def contradicts(reason: str, direction: str, extent: str = "") -> bool:
    """Whether a sentence speaks against its tokens, by its words for directions, for staying and for the size of a
    move ("a small shift", "far"; only with `extent`).

    Landmarks' names and other structures ("right lung", "lower ribs") are taken out with the sides that belong to
    them, clause by clause. A direction is contradicted by any word for its opposite, or by "is centred" or "no move"
    where it is not named itself; CENTER by words for one direction of an axis without the other ("no move left or
    right" stands, "move left" does not).
    """
    clauses = (_NAME.sub(" ", _plain(clause)) for clause in re.split(r"[.,;:!?]+", reason))
    words = " . ".join(_NAMED_PART.sub(" ", clause) for clause in clauses)
    said = {name: bool(pattern.search(words)) for name, pattern in _SAYS.items()}
    if direction not in _OPPOSITE:
        return said["LEFT"] != said["RIGHT"] or said["UP"] != said["DOWN"]
    sizes = {name for name, pattern in _SIZES.items() if pattern.search(words)}
    if extent and sizes and extent not in sizes:
        return True
    return said[_OPPOSITE[direction]] or (not said[direction] and bool(_STAYS.search(words)))
