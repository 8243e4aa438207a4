"""The one place that sets the C-arm in motion for the dialogue, and the way back. Knows no model and no words.

Limits and collision are the device's own; here stand: one motion at a time, and nothing under an old ticket.
"""

from __future__ import annotations

from carm_gui.session.board import Board
from carm_gui.session.device import DeviceLoop
from inference.commands import Action
from sim.carm import CArm, MotionRefused
from sim.pose import CArmPose, MotionCommand


class Moves:
    """`home` is where the rehearsal began; `track` holds where each motion since then began, latest last."""

    def __init__(self, carm: CArm, device: DeviceLoop, board: Board) -> None:
        self.carm = carm
        self.home = carm.pose
        self.track: list[CArmPose] = []
        self._device, self._board = device, board

    def wanted(self, action: Action, pose: CArmPose) -> MotionCommand | str:
        """The motion of a typed action from `pose`, or the sentence that says why there is none."""
        match action.kind:
            case "move":
                return MotionCommand(left_mm=action.left_mm or 0.0, up_mm=action.up_mm or 0.0)
            case "rotate" if action.relative:
                return MotionCommand(primary_deg=action.primary_deg or 0.0, secondary_deg=action.secondary_deg or 0.0)
            case "rotate":
                view = pose.replace(primary_deg=action.primary_deg or 0.0, secondary_deg=action.secondary_deg or 0.0)
                return pose.motion_to(view)
            case "home":
                return pose.motion_to(self.home)
        if not self.track:
            return "There is no earlier position to go back to."
        return pose.motion_to(self.track[-1])

    def problem(self, motion: MotionCommand) -> str:
        """Why `motion` cannot begin here and now, one sentence; "" when it can."""
        if self.carm.moving:
            return "The C-arm is already moving; wait until it stands still, or halt it."
        return self.carm.refusal(motion) or ""

    def begin(self, motion: MotionCommand, start: CArmPose, back: bool = False) -> str:
        """Start `motion` from `start`, and tell so. Returns the sentence of a refusal, "" when it has started. Raises
        Halted when a halt came since the work under way began. `back` takes the last pose off the track."""
        try:
            self._device.begin(motion, self._board.ticket, start)
        except MotionRefused as problem:
            return str(problem)
        if back:
            self.track.pop()
        else:
            self.track.append(start)
        self._board.deliver()
        return ""

    def refuse(self, goal: CArmPose, sentence: str) -> None:
        """Tell that a motion to `goal` is refused."""
        self._board.emit("motion", **{"phase": "refused", "from": self.carm.pose, "to": goal, "message": sentence})
