"""HU to materials, as amounts of two: soft tissue and cortical bone (ICRU-44), in g/cm3. Knows no geometry.

A CT number fixes one thing, the attenuation at the scanner's effective energy, taken as 75 keV: an estimate for 120 kVp
hardened by the body. Scanners differ, and each one's own calibration would be needed to do better. Below metal the
amounts of the two give that attenuation back exactly:

- HU <= -950: air, exactly 0 (the projector skips it);
- up to 100 HU: soft tissue alone, 1.007 * (1 + HU/1000) g/cm3. Lung is no more than that: the mass attenuation of
  ICRU-44 lung and of ICRU-44 soft tissue differ by 1.1 % at 20 keV and less than .5 % from 40 keV on (xraydb; tested),
  so lung is soft tissue of its own density;
- 100 to 1431 HU: soft tissue of 100 HU and cortical bone share the volume, the bone's share rising from 0 to
  1;
- to 3000 HU: denser than cortical bone, 1.92 * (1000 + HU) / 2431 g/cm3 (teeth, dense contrast);
- from METAL_HU = 3000: metal, taken as solid titanium. Clinical CT ends at 3071 HU, so that what stands there may be of
  any attenuation above; titanium would have about 10,100. FRED, a Monte Carlo code for proton therapy, takes 3000 HU
  for titanium of 4.506 g/cm3 as well. Steel and cobalt-chromium, denser by far, come out too light, and the
  blooming round a real implant, where it reaches METAL_HU, too dense.

Metal's attenuation is the sum of two others (Alvarez and Macovski, Phys. Med. Biol. 21 (1976) 733: two functions of
energy describe any material without a K edge in the spectrum; titanium's is at 5 keV). METAL_G_CM3 of soft tissue and
bone, the first negative, has that of titanium to .5 % (r.m.s.) between 20 and 120 keV, at worst 1.9 % (at 20 keV).
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

METAL_HU = 3000
TITANIUM, TITANIUM_G_CM3 = {"Ti": 1.0}, 4.506
METAL_G_CM3 = (-16.383, 21.567)
"""Soft tissue and bone, g/cm3, that attenuate as titanium does: least squares of the relative error at 20, 21 ... 120
keV, with the mass attenuations of xraydb (the test fits it again)."""

QUANTUM_G_CM3 = 1.0 / 4096.0
"""Density of one level of the int16 volumes; 8 g/cm3 is the most that fits."""
METAL_QUANTUM_G_CM3 = 1.0 / 1024.0
"""The same for volumes with metal in them."""


def densities(hu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Soft tissue and bone, g/cm3, of CT numbers of any shape."""
    hu = np.asarray(hu, float)
    share = np.clip((hu - BONE_FROM_HU) / (CORTICAL_HU - BONE_FROM_HU), 0.0, 1.0)
    soft = SOFT_PER_WATER * (1.0 + np.minimum(hu, BONE_FROM_HU) / 1000.0) * (1.0 - share)
    bone = CORTICAL_G_CM3 * share * np.maximum((1000.0 + hu) / (1000.0 + CORTICAL_HU), 1.0)
    metal = hu >= METAL_HU
    soft = np.where(metal, METAL_G_CM3[0], np.where(hu <= AIR_HU, 0.0, soft))
    return soft, np.where(metal, METAL_G_CM3[1], bone)
