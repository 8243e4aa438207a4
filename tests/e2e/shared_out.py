"""`carm` in one of several processes among which accelerate shares out the weights (FSDP), on processors.

accelerate does that on accelerators alone: here it is told that processors are such. All else is its own and torch's.
"""

from accelerate.state import PartialState
from accelerate.utils import DistributedType

from carm_gui.cli import main

made = PartialState.__init__


def with_processors(self, *args, **kwargs):
    made(self, *args, **kwargs)
    if self.distributed_type == DistributedType.MULTI_CPU:
        PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU


if __name__ == "__main__":
    PartialState.__init__ = with_processors
    main()
