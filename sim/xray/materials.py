"""HU to two materials: soft tissue and cortical bone (ICRU-44), in g/cm3. Knows no geometry.

A CT number fixes one thing, the attenuation at the scanner's effective energy, taken as 75 keV (an estimate for
120 kVp hardened by the body; Schneider, Pedroni and Lomax, Phys. Med. Biol. 41 (1996) 111 discuss the calibration).
The amounts of the two materials are chosen so that they give that attenuation back exactly:

- HU <= -950: air, exactly 0 (the projector skips it);
- up to 100 HU: soft tissue alone, 1.007 * (1 + HU/1000) g/cm3; lung is soft tissue at its density;
- 100 to 1431 HU: soft tissue of 100 HU and cortical bone share the volume, the bone's share rising from 0 to
  1;
- above: denser than cortical bone, 1.92 * (1000 + HU) / 2431 g/cm3. Metal is no material of its own: it is bone of up
  to 8 g/cm3, which hardens the beam less than steel does.
"""

from __future__ import annotations

import numpy as np

AIR_HU = -950
BONE_FROM_HU = 100.0
CORTICAL_G_CM3 = 1.92
SOFT_PER_WATER = 1.0070
"""Mass attenuation of water over that of ICRU-44 soft tissue at 75 keV (xraydb)."""
CORTICAL_HU = 1431.0
"""1000 * (1.92 * 0.23795 / 0.18792 - 1): cortical bone of 1.92 g/cm3 at 75 keV (xraydb)."""

QUANTUM_G_CM3 = 1.0 / 4096.0
"""Density of one level of the int16 volumes; 8 g/cm3 is the most that fits."""


def densities(hu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Soft tissue and bone, g/cm3, of CT numbers of any shape."""
    hu = np.asarray(hu, float)
    share = np.clip((hu - BONE_FROM_HU) / (CORTICAL_HU - BONE_FROM_HU), 0.0, 1.0)
    soft = SOFT_PER_WATER * (1.0 + np.minimum(hu, BONE_FROM_HU) / 1000.0) * (1.0 - share)
    bone = CORTICAL_G_CM3 * share * np.maximum((1000.0 + hu) / (1000.0 + CORTICAL_HU), 1.0)
    return np.where(hu <= AIR_HU, 0.0, soft), bone
