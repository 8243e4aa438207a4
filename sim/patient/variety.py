"""Subjects in deep inspiration, whose organs keep less to the bones: variety for training data alone.

The population's lungs are those of quiet breathing: 2.8 l on the mean (12 subjects). In chest CTs, taken at full
inspiration, they measure 4.5 +- 1.3 l and 4.7 +- 1.2 l (Cheng et al., Int J COPD 14 (2019) 1657; 564 and 1,787 adults).
And every heart lies as far from its carina, every kidney as far from T12 as the next one's, so that a network can tell
where a bone is without seeing it. Here the chest is deeper, the lungs emptier of tissue, and heart, vessels and
abdominal organs lie higher or lower. No landmark moves in the coronal plane but the blades' tips, by a few
mm: they lie on the deeper ribs. The ranges of the shifts are estimates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.patient.population import Subject

DEEPER = (1.0, 1.5)
"""Of rib cage and spine from front to back. The lungs' volume grows with it."""
CHEST_MM = 110.0
"""Depth of the mean chest from T1 to its front: what deepens it brings the abdomen's front along."""
EMPTIER = (1.0, 1.8)
"""How many times less lung tissue a voxel holds."""
MEDIASTINUM_SIGMA_MM, ORGANS_SIGMA_MM = 9.0, 18.0
"""Of heart, great vessels and hila along the airway, and of kidneys and bowel along the spine: a kidney moves by 20 to
40 mm with deep breathing alone."""
MOST_SIGMAS = 2.0


def varied(person: Subject, rng: np.random.Generator) -> Subject:
    """`person` in deep inspiration, his organs higher or lower."""
    deeper = float(rng.uniform(*DEEPER))
    mediastinum, organs = (float(x) for x in rng.standard_normal(2).clip(-MOST_SIGMAS, MOST_SIGMAS))
    return replace(
        person,
        depth=person.depth * deeper,
        front_mm=person.front_mm + (deeper - 1.0) * CHEST_MM,
        inflation=person.inflation * float(rng.uniform(*EMPTIER)),
        mediastinum_mm=MEDIASTINUM_SIGMA_MM * mediastinum,
        organs_mm=ORGANS_SIGMA_MM * organs,
    )
