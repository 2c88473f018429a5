"""The version of skl1, and objects whose pickles say by which version they were made."""

from __future__ import annotations

from typing import Any

from skl1.exceptions import VersionWarning, warn_user

__version__ = "0.2.0.dev0"

#: The entry of a pickled state that holds the version.
STAMP = "_skl1_version"


class Versioned:
    """An object whose pickle carries the version; one of another version warns when it is loaded.

    What an attribute means may change from version to version, and a pickle does not tell. (Of
    scikit-learn's estimators scikit-learn sees to it; not of those derived from them elsewhere.)
    """

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return {**(state or {}), STAMP: __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        written = state.pop(STAMP, "0.1.0 or older")  # which had no stamp
        inherited = getattr(super(), "__setstate__", vars(self).update)
        inherited(state)
        if written != __version__:
            warn_user(
                f"This {type(self).__name__} was pickled by skl1 {written} and is loaded by skl1 "
                f"{__version__}: its attributes may mean something else. Fit it again, or load it "
                "with the version that made it.",
                VersionWarning,
            )
