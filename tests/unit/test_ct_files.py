"""NRRD and MetaImage: whatever the axis order the same patient and picture; files without a side are refused."""

from __future__ import annotations

import base64
import gzip
import zlib

import nibabel as nib
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from test_ct import AFFINE, apart, body, orders, turned
from test_ct import save as save_nifti

from sim.patient.ct import read_ct
from sim.patient.load import load_patient
from sim.patient.patient import Patient, PatientError
from sim.pose import CArmPose

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def nrrd(path, data, ras, space="right-anterior-superior", packed=False):
    """Written by hand from the format's definition, so that reader and writer share nothing."""
    affine = ras if space.startswith("right") or space == "RAS" else RAS_TO_LPS @ ras
    directions = " ".join("(" + ",".join(f"{v:.12g}" for v in affine[:3, axis]) + ")" for axis in range(3))
    header = (
        "NRRD0004\n# a comment\ntype: short\ndimension: 3\n"
        f"space: {space}\nsizes: {' '.join(map(str, data.shape))}\nspace directions: {directions}\n"
        f"kinds: domain domain domain\nendian: little\nencoding: {'gzip' if packed else 'raw'}\n"
        f"space origin: ({','.join(f'{v:.12g}' for v in affine[:3, 3])})\n\n"
    )
    content = np.asarray(data, "<i2").tobytes(order="F")
    path.write_bytes(header.encode() + (gzip.compress(content) if packed else content))
    return path


def meta(path, data, ras):
    """Written by hand as well: .mha packed in one file, .mhd with its voxels beside it."""
    affine = RAS_TO_LPS @ ras
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    turn = " ".join(f"{v:.15g}" for v in (affine[:3, :3] / spacing).T.ravel())  # row i: the direction of axis i
    packed = path.suffix == ".mha"
    content = np.asarray(data, "<i2").tobytes(order="F")
    beside = path.with_suffix(".raw")
    header = (
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
        f"CompressedData = {packed}\nTransformMatrix = {turn}\n"
        f"Offset = {' '.join(f'{v:.12g}' for v in affine[:3, 3])}\nCenterOfRotation = 0 0 0\n"
        f"ElementSpacing = {' '.join(f'{v:.12g}' for v in spacing)}\nDimSize = {' '.join(map(str, data.shape))}\n"
        f"ElementType = MET_SHORT\nElementDataFile = {'LOCAL' if packed else beside.name}\n"
    )
    path.write_bytes(header.encode() + (zlib.compress(content) if packed else b""))
    if not packed:
        beside.write_bytes(content)
    return path


def by_hand(data, ras, points):
    """Values of `data` at RAS points that lie on voxels."""
    ijk = np.rint(np.linalg.solve(ras[:3, :3], (points - ras[:3, 3]).T)).astype(int)
    return data[tuple(ijk)]


@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".mhd"])
def test_every_voxel_at_its_place(tmp_path, ending):
    data = np.random.default_rng(0).integers(-1000, 1500, body().shape).astype(np.int16)
    path = tmp_path / f"a{ending}"
    if ending == ".nrrd":
        nrrd(path, data, AFFINE)
    else:
        meta(path, data, AFFINE)
    hu, to_patient = read_ct(path)
    ijk = np.random.default_rng(1).integers(0, data.shape, (200, 3))
    ras = ijk @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    patient = np.stack([-ras[:, 0], ras[:, 2], ras[:, 1]], axis=1)
    at = np.linalg.solve(to_patient[:3, :3], (patient - to_patient[:3, 3]).T)
    assert np.abs(at - np.rint(at)).max() < 1e-3
    expected = np.where(data < -980, -1000, data)
    np.testing.assert_array_equal(hu[tuple(np.rint(at).astype(int))], by_hand(expected, AFFINE, ras))


@pytest.mark.parametrize("kind", ["nrrd", "mha"])
def test_48_axis_orders_give_one_picture(tmp_path, kind):
    from sim.xray.cpu import CpuProjector

    soft = gaussian_filter(body().astype(float), 1.0, mode="nearest").round().astype(np.int16)
    reference = Patient("box", *read_ct(save_nifti(tmp_path / "a.nii", soft, AFFINE)))
    first = CpuProjector(reference, threads=1).render(CArmPose(0, 5, 5, 20, 10), size=96)
    write = {"nrrd": nrrd, "mha": meta}[kind]
    worst = 0.0
    for n, (order, flips) in enumerate(orders()):
        scan = read_ct(write(tmp_path / f"{n}.{kind}", *turned(soft, AFFINE, order, flips)))
        picture = CpuProjector(Patient("box", *scan), threads=1).render(CArmPose(0, 5, 5, 20, 10), size=96)
        worst = max(worst, apart(picture, first))
    assert worst < 0.01
    assert min(apart(wrong, first) for wrong in (first[:, ::-1], first[::-1], first.T)) > 0.1


@pytest.mark.parametrize("space", ["RAS", "LPS", "left-posterior-superior"])
def test_spellings_of_the_nrrd_space(tmp_path, space):
    expected, affine = read_ct(nrrd(tmp_path / "a.nrrd", body(), AFFINE, packed=True))
    got, to_patient = read_ct(nrrd(tmp_path / "b.nrrd", body(), AFFINE, space))
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_allclose(to_patient, affine, atol=1e-6)


MHA85 = (
    "c-n1{FHFNg9EI-|1ZfZm1OickKrnJ`*Jeu~VSgZyY?RPS5;(RS99i4tdL$b`A`l290)apv5C{YUfj}S-2m}IwKp+qZ1cKgi1D240"
    "eBb+ixyy4`)=8E7?IzJD^w|Kf5^b(TgIFa?E6@<Lb_sK=qR%$SFH&f8;<6fH6|bP$Y21j3R*ZrsBXLY>KS$r#XE==O5eq7qGul!d"
    ">1Zrx+m_{IvN^-F9c1USikS+U$V86g7?!2Nm-&~b|2t0`9b0qj^_Xz=h=KI9iF6BTMG|tt-1<VqF{e@Z{R8FZL(HRqR&m2+R7u@7"
    "@0GQw1_>1Mnz%~CRRvAm(v2}&Q~P*yvon~jNTw_Pj98iSm%JHw!SC|U6w|cP>B?>~U)GM3i{v(WO5T$`p^J=|5sRWJw#B|U5trgl"
    "Jc|#}FNbATmgTbKaz`G>Q+Xxt<%<Mh0E~cfFb`^=1$Mz9I0M(<0lb19I0#4KB=q4L+=6@X2%f_m_z2%%Z)zxoQl-=<bPlG^"
)
NRRD85 = (
    "c-mEuEo>D*5XX04D#!(aKp+sCfOt*r-P^s7y}b*9gbD;{NP|T5a<}ij4R^Pf-EH^?5`jP<5fv2(L`6kKMFj$ZKp+qm2m}IwsHi}2"
    "yKE^2H8cPD&3|S#x3)Gg#%XW^-I3kUa>LQ4*U&<=94(~kDueXEYq1b@WrXZeWlB%4j2X)L+;HASTJETtdw9vCo|}2ER5QPrjaH^>"
    "1M_s?CDJRYOwfpq_u3nkC<*jX)xOj6g_#Xf8?J;@GrcqXO#&^Rab2PeB`CdMQ6m(u&+qX16o(`#2&Q>l<SfoeOyUqnnU_+Wk|c>^"
    "nisfOKPPd-7|kfAq$pU53CmbGiz7xU#zji=B&Uq9*t0VdWuYHf4<3oW@p~HCRight1iWuV<)3JUF)jCHEgR7<OQfpD|8A8^EQLp="
    "1p8GuOuS|AZaf}8kKe~%<7JC%YVX>IcCat(8@q4c+b{Nq{cW$fn~u4AZrd66((Sqf_raaGpALYlU<z)5`=9|&z$>r^4#7w86`X=K"
    "cnyZ|HhchA@Hu=9-@+sK34ViT@Y3Y^1Wz_5e*nG@tE>"
)
ITK_MHA = zlib.decompress(base64.b85decode(MHA85))
ITK_NRRD = zlib.decompress(base64.b85decode(NRRD85))


@pytest.mark.parametrize(("name", "content"), [("a.mha", ITK_MHA), ("a.nrrd", ITK_NRRD)])
def test_files_that_itk_wrote(tmp_path, name, content):
    """5 x 3 x 4 voxels, value 20 * (i + 5 j + 15 k) - 600, and where ITK 5.4 says that two of them lie (LPS)."""
    (tmp_path / name).write_bytes(content)
    hu, affine = read_ct(tmp_path / name)
    assert hu.shape == (5, 3, 4)
    for (i, j, k), (x, y, z) in (
        ((1, 2, 3), (5.5, -16.31620578178075, 24.859021478569044)),
        ((4, 0, 1), (8.5, -12.357308086995152, 32.364161653290715)),
    ):
        assert hu[i, j, k] == 20 * (i + 5 * j + 15 * k) - 600
        np.testing.assert_allclose(affine @ [i, j, k, 1], [x, z, -y, 1], atol=1e-6)


def broken(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


def test_files_without_a_side_are_refused(tmp_path):
    path = broken(
        nrrd(tmp_path / "a.nrrd", body(), AFFINE), b"space: right-anterior-superior\n", b"space dimension: 3\n"
    )
    with pytest.raises(
        PatientError, match=r"a\.nrrd does not say which way its axes point .*left and right are unknown"
    ):
        read_ct(path)
    path = broken(nrrd(tmp_path / "b.nrrd", body(), AFFINE), b"right-anterior-superior", b"scanner-xyz")
    with pytest.raises(PatientError, match="left and right are unknown"):
        read_ct(path)
    path = broken(meta(tmp_path / "c.mha", body(), AFFINE), b"TransformMatrix", b"TransformNothing")
    with pytest.raises(PatientError, match="no TransformMatrix"):
        read_ct(path)


def test_unreadable_files_are_refused(tmp_path):
    whole = nrrd(tmp_path / "a.nrrd", body(), AFFINE)
    (tmp_path / "cut.nrrd").write_bytes(whole.read_bytes()[:2000])
    (tmp_path / "text.nrrd").write_text("hello")
    (tmp_path / "text.mha").write_text("hello")
    meta(tmp_path / "lone.mhd", body(), AFFINE)
    (tmp_path / "lone.raw").unlink()
    for name in ("cut.nrrd", "text.nrrd", "text.mha", "lone.mhd"):
        with pytest.raises(PatientError, match=f"{name} is not a readable") as refused:
            read_ct(tmp_path / name)
        assert "\n" not in str(refused.value)


def test_colours_time_and_shear_are_refused(tmp_path):
    for name, n, kind in (("rgb", 3, "RGB-color"), ("four", 2, "list")):
        path = nrrd(tmp_path / f"{name}.nrrd", body(), AFFINE)
        text = path.read_bytes().replace(b"dimension: 3", b"dimension: 4").replace(b"sizes: ", f"sizes: {n} ".encode())
        text = text.replace(b"directions: ", b"directions: none ").replace(b"kinds: ", f"kinds: {kind} ".encode())
        path.write_bytes(text + b"\0" * 2 * (n - 1) * body().size)
    sheared = AFFINE.copy()
    sheared[1, 2] = 5.0 * np.tan(np.deg2rad(10))
    nrrd(tmp_path / "sheared.nrrd", body(), sheared)
    for name, says in (("rgb", "3 x 22 x"), ("four", "2 x 22 x"), ("sheared", "sheared: its axes are")):
        with pytest.raises(PatientError, match=says):
            read_ct(tmp_path / f"{name}.nrrd")


def test_an_nrrd_is_a_patient(tmp_path):
    nrrd(tmp_path / "chest.nrrd", body(), AFFINE)
    patient = load_patient(tmp_path / "chest.nrrd")
    assert (patient.name, patient.hu.shape) == ("chest", body().shape)
    with pytest.raises(PatientError, match="NRRD file and has no series"):
        load_patient(tmp_path / "chest.nrrd", series="1")


def test_two_orientations_that_disagree_are_refused(tmp_path):
    image = nib.Nifti1Image(body(), AFFINE)
    image.set_sform(AFFINE, 1)
    image.set_qform(np.diag([-1.0, 1, 1, 1]) @ AFFINE, 1)
    nib.save(image, tmp_path / "a.nii")
    with pytest.raises(PatientError, match="two orientations that disagree"):
        read_ct(tmp_path / "a.nii")


@pytest.mark.parametrize("change", [np.diag([0.5, 0.5, 0.5, 1.0]), np.diag([1.0, 1.0, 1.1, 1.0])])
def test_two_sizes_of_a_voxel_are_refused(tmp_path, change):
    image = nib.Nifti1Image(body(), AFFINE)
    image.set_sform(change @ AFFINE, 1)
    image.set_qform(AFFINE, 1)
    nib.save(image, tmp_path / "a.nii")
    with pytest.raises(PatientError, match="two sizes or directions"):
        read_ct(tmp_path / "a.nii")


def test_the_scanners_frame_goes_before_an_atlas(tmp_path):
    image = nib.Nifti1Image(body(), AFFINE)
    image.set_sform(np.diag([1.1, 1.1, 1.1, 1.0]) @ AFFINE, 4)
    image.set_qform(AFFINE, 1)
    nib.save(image, tmp_path / "a.nii")
    _, expected = read_ct(save_nifti(tmp_path / "b.nii", body(), AFFINE))
    np.testing.assert_allclose(read_ct(tmp_path / "a.nii")[1], expected, atol=1e-4)
