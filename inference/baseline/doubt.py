"""Whether the network speaks against a proposed move: an interlock from its conformal regions.

A language model's move is checked against where another network reads the target on the same picture. Knows proposals
and regions; knows no truth.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inference.step import Proposal
from sim.landmarks import the

ARRIVED_MM = 25.0


def disagreement(proposal: Proposal, regions: Mapping[str, Mapping[str, float]] | None) -> str:
    """Why the network speaks against a proposal, in one sentence; "" when it does not. `regions` are as `carm locate`
    gives them (left_mm, up_mm, radius_mm by key); a target without one is not spoken of.

    It does when the view would move away from the target wherever in its 90 % region that lies, and when the proposal
    is to stop although the whole region lies more than 25 mm from the centre. For a point p and a move m,
    |p - m| > |p| when p.m < |m|^2 / 2; over a disc of radius r about c that is c.m/|m| + r < |m| / 2.
    """
    region = (regions or {}).get(proposal.target)
    if region is None:
        return ""
    centre = np.array([region["left_mm"], region["up_mm"]])
    name = the(proposal.target)
    if proposal.arrived:
        least = float(np.hypot(*centre)) - region["radius_mm"]
        if least > ARRIVED_MM:
            return f"The network reads {name} at least {least:.0f} mm from the centre, where the model says it is."
        return ""
    move = np.array([proposal.motion.left_mm, proposal.motion.up_mm])
    length = float(np.hypot(*move))
    if length and float(centre @ move) / length + region["radius_mm"] < length / 2:
        return f"The network reads {name} elsewhere: this move would take the view away from it."
    return ""
