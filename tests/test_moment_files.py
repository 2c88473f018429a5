"""Moments from outside: what save writes always loads, and anything else is refused."""

import io
import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

import skl1
from common import quiet
from skl1 import Moments, ProximalLasso, ProximalLassoCV

FIELDS = ("n_samples", "weight", "x_origin", "x_offset", "y_origin", "y_offset", "xx", "xy", "yy")


def moments(seed=0, n=40, p=4):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 3.0
    return Moments.of(X, X[:, 0] + rng.standard_normal(n), rng.uniform(0.5, 2.0, n))


def values(of, **changes):
    return {name: getattr(of, name) for name in FIELDS} | changes


def as_file(**stored):
    file = io.BytesIO()
    np.savez(file, **stored)
    file.seek(0)
    return file


SOUND = moments()
SKEW = np.triu(np.ones((4, 4)), 1)
WRONG = {
    "infinite weight": ({"weight": np.inf}, "weight must be finite"),
    "NaN weight": ({"weight": np.nan}, "weight must be finite"),
    "negative weight": ({"weight": -1.0}, "weight"),
    "weight of nothing": ({"weight": 0.0}, "weight"),
    "weight of two": ({"weight": np.ones(2)}, "weight must have the shape"),
    "weight in words": ({"weight": "much"}, "weight must hold real numbers"),
    "complex weight": ({"weight": 1j}, "weight must hold real numbers"),
    "negative count": ({"n_samples": -5}, "n_samples"),
    "no count": ({"n_samples": 0}, "n_samples"),
    "count of half": ({"n_samples": 1.5}, "n_samples must be an integer"),
    "indefinite": (
        {"xx": SOUND.xx - 1.02 * np.linalg.eigvalsh(SOUND.xx)[0] * np.eye(4)},
        "semidef",
    ),
    "negative diagonal": ({"xx": -SOUND.xx}, "diagonal of xx"),
    "complex xx": ({"xx": SOUND.xx + 0j}, "xx must hold real numbers"),
    "skew xx": ({"xx": SOUND.xx + 0.01 * SKEW}, "not symmetric"),
    "infinite xx": ({"xx": SOUND.xx + np.diag([np.inf, 0, 0, 0])}, "xx must be finite"),
    "xx of another size": ({"xx": np.eye(3)}, "xx must have the shape"),
    "xx of words": ({"xx": np.full((4, 4), "a")}, "xx must hold real numbers"),
    "huge xx": ({"xx": np.diag(np.full(4, 1e308)), "weight": 1e-300}, "overflow"),
    "small yy": ({"yy": 0.5 * SOUND.xy @ np.linalg.solve(SOUND.xx, SOUND.xy)}, "yy is smaller"),
    "no yy": ({"yy": 0.0}, "yy is smaller"),
    "negative yy": ({"yy": -1.0}, "yy"),
    "NaN in xy": ({"xy": np.where(np.arange(4) == 1, np.nan, SOUND.xy)}, "xy must be finite"),
    "xy of another size": ({"xy": SOUND.xy[:3]}, "must have the shape"),
    "xy without size": ({"xy": 1.0}, "xy must be a vector"),
    "x_offset in rows": ({"x_offset": np.ones((4, 1))}, "x_offset must have the shape"),
    "infinite mean": ({"x_origin": np.full(4, 1.7e308), "x_offset": np.full(4, 1e308)}, "overflow"),
    "NaN y": ({"y_origin": np.nan}, "y_origin must be finite"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_what_no_rows_can_have(changes, message):
    """By a file and by hand: a ValueError that names what is wrong."""
    wrong = values(SOUND, **changes)
    with pytest.raises(ValueError, match=message):
        Moments(**wrong)
    with pytest.raises(ValueError, match=message) as raised:
        Moments.load(as_file(**wrong))
    assert "holds no Moments" in str(raised.value)


def test_made_by_hand():
    """Sound sums are taken as they are."""
    again = Moments(**values(SOUND))
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(SOUND, name))
    model = ProximalLasso(alpha=0.1).fit_moments(again)
    np.testing.assert_array_equal(model.coef_, ProximalLasso(alpha=0.1).fit_moments(SOUND).coef_)
    nothing = np.zeros(4)
    Moments(0, 0.0, nothing, nothing, 0.0, 0.0, np.zeros((4, 4)), nothing, 0.0)


def test_files_that_are_none(tmp_path):
    """Damaged, truncated, empty, of another kind: a ValueError that names the file."""
    file = io.BytesIO()
    SOUND.save(file)
    content = file.getvalue()
    kinds = {
        "empty": b"",
        "text": b"moments",
        "half": content[: len(content) // 2],
        "short": content[:-1],
        "pickle": b"\x80\x04N.",
    }
    array = io.BytesIO()
    np.save(array, np.eye(3))
    kinds["npy"] = array.getvalue()
    for extra in ({"xy": np.array([1, "a"], dtype=object)}, {"xx": np.array([{}], dtype=object)}):
        objects = io.BytesIO()
        np.savez(objects, allow_pickle=True, **values(SOUND, **extra))
        kinds[f"objects in {next(iter(extra))}"] = objects.getvalue()
    for name, wrong in kinds.items():
        path = tmp_path / f"{name}.npz"
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match=rf"{name}.npz holds no Moments"):
            Moments.load(path)
    with pytest.raises(FileNotFoundError):
        Moments.load(tmp_path / "absent.npz")


def test_flipped_bytes():
    """A changed byte is found, or is one that means nothing."""
    file = io.BytesIO()
    SOUND.save(file)
    content, draw = file.getvalue(), random.Random(0)
    refused = 0
    for place in [draw.randrange(len(content)) for _ in range(400)]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << draw.randrange(8)
        try:
            loaded = Moments.load(io.BytesIO(damaged))
        except ValueError as error:
            assert "holds no Moments" in str(error)  # noqa: PT017
            refused += 1
            continue
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(loaded, name), getattr(SOUND, name))
    assert refused > 200


def test_keys_that_are_missing_or_more():
    stored = values(SOUND)
    del stored["yy"]
    with pytest.raises(ValueError, match="yy missing"):
        Moments.load(as_file(**stored))
    Moments.load(as_file(**values(SOUND, note="of May")))
    for wrong in (1.5, "a", 2**40):
        with pytest.raises(ValueError, match="exponent"):
            Moments.load(as_file(**values(SOUND, exponent=wrong)))


@st.composite
def blocks(draw):
    """Rows of any rank, scale and mean, in blocks of any weight."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, p = draw(st.integers(1, 30)), draw(st.integers(1, 12))
    rank = draw(st.integers(0, p))
    X = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, p))
    X += draw(st.sampled_from([0.0, 1e-9, 1e-4])) * rng.standard_normal((n, p))
    X *= 10.0 ** rng.uniform(-1, 1, p) ** draw(st.sampled_from([0, 1, 8]))
    X += draw(st.sampled_from([0.0, 1.0, 1e4, 1e8, 1e12, 1e15])) * rng.standard_normal(p)
    y = X @ rng.standard_normal(p)
    y += draw(st.sampled_from([0.0, 1e-8, 1.0])) * rng.standard_normal(n)
    y = draw(st.sampled_from([y, np.zeros(n), np.full(n, 7.3), 1e-170 * y]))
    X = X.astype(draw(st.sampled_from([np.float64, np.float32])))
    if draw(st.booleans()):
        X[:, rng.integers(p)] = rng.standard_normal()
    if draw(st.booleans()):
        X[rng.integers(n)] = 0.0
    s = rng.uniform(0.0, 2.0, n) * (rng.random(n) < draw(st.sampled_from([1.0, 0.5, 0.0])))
    s *= 10.0 ** draw(st.sampled_from([0, 0, -300, -150, 150, 306]))
    edges = sorted({0, n, *draw(st.lists(st.integers(0, n), max_size=4))})
    store = draw(st.sampled_from([np.array, np.asfortranarray, sparse.csr_array]))
    cuts = [slice(a, b) for a, b in itertools.pairwise(edges)]
    return [(store(X[cut]), y[cut], s[cut]) for cut in cuts]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks(), st.sampled_from([1.0, 0.0, 3.0, 1e-300, 1e300]))
def test_what_save_writes_always_loads(rows, factor):
    """Whatever the data: of one block, of the sum of blocks, times a number, and bit by bit."""
    parts = [Moments.of(*block) for block in rows]
    for each in [*parts, sum(parts), factor * sum(parts)]:
        file = io.BytesIO()
        each.save(file)
        file.seek(0)
        again = Moments.load(file)
        for name in vars(each):
            np.testing.assert_array_equal(getattr(again, name), getattr(each, name))


def test_a_file_of_another_unit_is_that_of_todays_names(tmp_path):
    """Weights beyond 1e120: read again they merge with others as before."""
    X = np.random.default_rng(0).standard_normal((30, 3))
    y = X[:, 0] + 1.0
    large, small = Moments.of(X, y, 1e300), Moments.of(2.0 * X, y, 1e-300)
    for each in (large, small):
        each.save(tmp_path / "moments")
        again = Moments.load(tmp_path / "moments")
        assert again.weight == each.weight
        with quiet():
            one = ProximalLasso(0.1).fit_moments(again + large)
            two = ProximalLasso(0.1).fit_moments(each + large)
        np.testing.assert_array_equal(one.coef_, two.coef_)
    assert large.weight == pytest.approx(3e301)
    np.testing.assert_allclose(large.xx, 1e300 * Moments.of(X, y).xx)
    assert Moments.of(X, y, 1e307).weight == np.inf


@pytest.mark.slow
def test_blocks_of_weights_far_apart():
    """The lighter block counts for nothing, or, if it alone tells something, is refused."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 3))
    y = X[:, 0] + 0.1 * rng.standard_normal(60)
    first, last = slice(0, 30), slice(30, 60)
    alone = ProximalLasso(0.1, tol=1e-10).fit(X[first], y[first])
    for heavy, light in [(1e307, 1.0), (1.0, 1e-320), (1e150, 1e-150), (1e307, 1e-320)]:
        stream = [(X[first], y[first], heavy), (X[last], y[last], light)]
        for order in (stream, stream[::-1]):
            model = ProximalLasso(0.1, tol=1e-10).fit_blocks(order)
            np.testing.assert_allclose(model.coef_, alone.coef_, atol=1e-9)
            folds = [Moments.of(*block) for block in order]
            with quiet():
                ProximalLassoCV(n_alphas=5).fit_moments(folds)
    X[first, 2] = 1.0
    for heavy, light in [(1e307, 1.0), (1.0, 1e-320), (1e307, 1e-320)]:
        stream = [(X[first], y[first], heavy), (X[last], y[last], light)]
        with pytest.raises(ValueError, match="sample_weight"):
            ProximalLasso(0.1).fit_blocks(stream)
    s = np.where(np.arange(60) < 30, 1.0, 1e-250)
    with pytest.raises(ValueError, match="sample_weight ranges from 1e-250 to 1"):
        ProximalLasso(0.1).fit(X, y, sample_weight=s)
    with pytest.raises(ValueError, match="sample_weight ranges from"):
        ProximalLasso(0.1).fit(X, y, sample_weight=np.where(s == 1.0, 1e307, 1e-320))


def rows_of_0_1_0():
    """The rows of the files that skl1 0.1.0 has written: their sums are exact in binary."""
    i = np.arange(12.0)
    X = np.column_stack([i % 5, i % 3, i])
    return X, X @ [1.0, -2.0, 0.5] + i % 2, 1.0 + i % 4


@pytest.mark.parametrize(
    ("name", "factor"),
    [("moments_of_0.1.0.npz", 1.0), ("heavy_moments_of_0.1.0.npz", 2.0**1000)],
)
def test_files_of_the_first_version(name, factor):
    """What 0.1.0 has written gives the moments of the same rows, in ordinary units or not."""
    X, y, s = rows_of_0_1_0()
    loaded = Moments.load(Path(__file__).parent / name)
    expected = Moments.of(X, y, factor * s)
    assert loaded.exponent == expected.exponent
    assert bool(loaded.exponent) == (factor > 1.0)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(loaded, field), getattr(expected, field), rtol=1e-14)
    model = ProximalLasso(0.1).fit_moments(loaded)
    np.testing.assert_allclose(model.coef_, ProximalLasso(0.1).fit(X, y, s).coef_, rtol=1e-6)


def test_files_of_a_newer_version():
    """The error says who wrote the file and what to do; the version alone is no reason for one."""
    written_by = "3.4.5"
    with pytest.raises(ValueError, match=r"by skl1 3\.4\.5 in format 3, and .* format 2\."):
        Moments.load(as_file(**values(SOUND, format=3, written_by=written_by)))
    with pytest.raises(ValueError, match="was written in format 7"):
        Moments.load(as_file(format=7, other=1.0))
    with pytest.raises(ValueError, match="format must be an integer"):
        Moments.load(as_file(**values(SOUND, format="new")))
    loaded = Moments.load(as_file(**values(SOUND, format=1, written_by=written_by)))
    np.testing.assert_array_equal(loaded.xx, SOUND.xx)


def test_files_say_who_wrote_them():
    file = io.BytesIO()
    SOUND.save(file)
    file.seek(0)
    assert str(np.load(file)["written_by"]) == skl1.__version__
