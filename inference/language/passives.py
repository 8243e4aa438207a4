"""What is to be done to the view, the beam or a picture, in the passive: "could the view be moved up 2 cm", "the beam
should be off", "a shot is needed". Text to plainer text, before the wishes.

Only a wish is read so: what was done, what can be done, and "should it be moved?" stay as they are.
"""

from __future__ import annotations

from inference.language.wanting import NAME

_BEAM = r"(?:beam|fluoro\w*|screening|x-?rays?|radiation)"
_SHOWN = r"(?:shot|image|picture|film|photo|exposure|x-?ray)"
_HANDLED = (
    rf"(?:(?:the |this |that |our )?(?:current |last )?(?:view|(?:c-?)?arm|{_SHOWN}|{_BEAM}|"
    r"collimat\w+|blades?|shutters?)|"
    rf"(?:another|one|an?|one more) (?:more |new |fresh |quick )?{_SHOWN}(?: of {NAME})?|it)"
)
"""No part of the patient: "could the wrist be moved" asks for somebody's hands."""
_DONE = {
    **{"moved": "move", "shifted": "shift", "brought": "bring", "panned": "pan", "rotated": "rotate"},
    **{"tilted": "tilt", "angled": "angle", "centred": "center", "centered": "center", "taken": "take"},
    **{"made": "make", "acquired": "take", "saved": "save", "stored": "save", "kept": "save", "archived": "save"},
    **{"zoomed": "zoom", "magnified": "magnify", "enlarged": "magnify", "opened": "open", "closed": "close"},
    **{"started": "start", "repeated": "repeat"},
}
_LEAD = r"^(\W*(?:(?:and|so|now|then|please|ok|okay),? )*)"
_MUST = r"(?:should|must|needs? to|has to|have to|ought to|is to)"

PASSIVES = (
    (
        rf"\b({_BEAM}) (?:{_MUST}|can|may|to)(?: now)? be (?:(?:switched|turned|put|shut|cut) )?off\b|"
        rf"^\W*(?:(?:can|could) )(?:the )?({_BEAM}) (?:please )?be (?:(?:switched|turned|put|shut|cut) )?off\b",
        " beam off ",
    ),
    (
        rf"{_LEAD}(?:(?:can|could) )?(?:the )?{_BEAM} (?:(?:{_MUST}|to)(?: now)? )?"
        r"be (?:switched|turned|put) on\b",
        r"\1 beam on ",
    ),
    (
        rf"{_LEAD}(?:(?:can|could|may|would) ({_HANDLED})|({_HANDLED}) {_MUST})(?: (?:please|now))? be "
        rf"(?:(?:please|now) )?({'|'.join(_DONE)})\b",
        lambda wish: f"{wish[1]} {_DONE[wish[4]]} {wish[2] or wish[3]}",
    ),
    (
        rf"{_LEAD}((?:an?|one|another|some|more|\d[\d.]*|lao|rao|ap|lateral|(?:the )?{_BEAM})\b[^,.;?]*?) "
        r"(?:is|are) (?:now )?(?:needed|required|wanted|requested|necessary)(?: (?:here|now|please|next))*(?=\W*$)",
        r"\1 i want \2",
    ),
)
"""(pattern, plain words or what makes them), before the wishes."""
