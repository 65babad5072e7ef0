"""Groups of tests that share a server: each has state of its own, and they never meet."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from fake_idp.clock import Clock
from fake_idp.context import Namespace
from fake_idp.faults.engine import Faults
from fake_idp.keys import KeySet
from fake_idp.recorder import Recorder
from fake_idp.store import Store

if TYPE_CHECKING:
    from fake_idp.directory import Directory
    from fake_idp.faults.armed import Armed
    from fake_idp.randomness import Randomness

NAMESPACE_PREFIX = "/_ns/"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")  # of a namespace, and of an issuer
MAX_NAMESPACES = 256


class Namespaces:
    """The namespaces of one provider: the `default` one, and others by name.

    They begin with the people of `directory`, and with `faults` (each as `ID` or `ID:key=value,...`) and those of the
    configuration armed.
    """

    def __init__(self, directory: Directory, faults: tuple[str, ...], clock: Clock, randomness: Randomness) -> None:
        self._directory = directory
        self._faults = faults
        self._randomness = randomness
        self._lock = threading.Lock()
        self._others: OrderedDict[str, Namespace] = OrderedDict()
        self.default = self._new("", clock)

    def named(self, name: str) -> Namespace:
        """The namespace of that name, made on first use; the least recently used goes when there are too many."""
        if name == "":
            return self.default
        with self._lock:
            namespace = self._others.get(name)
            if namespace is None:
                # It follows the default clock until it is moved itself.
                namespace = self._others[name] = self._new(name, Clock(self.default.clock.now))
            self._others.move_to_end(name)
            if len(self._others) > MAX_NAMESPACES:
                self._others.popitem(last=False)
            return namespace

    def all(self) -> list[Namespace]:
        """Those that there are, the default one first."""
        with self._lock:
            return [self.default, *self._others.values()]

    def drop(self, name: str) -> None:
        """Forget a namespace with all its state."""
        with self._lock:
            self._others.pop(name, None)

    def reset(self, namespace: Namespace, *, keys: bool = False) -> None:
        """Make a namespace as it was at the start; its keys only if `keys` is true."""
        namespace.clock.reset()
        namespace.store = Store(namespace.clock)
        namespace.directory = self._directory
        namespace.recorder.clear()
        namespace.faults.clear()
        self._preset(namespace.faults)
        if keys:
            namespace.keys = self._keys(namespace.clock)

    def unfired(self) -> list[Armed]:
        """The faults armed from the start that changed nothing in any namespace."""
        presets = [[armed for armed in space.faults.armed() if armed.preset] for space in self.all()]
        fired = {armed.describe() for space in presets for armed in space if armed.fired}
        return [armed for armed in presets[0] if armed.describe() not in fired]

    def _new(self, name: str, clock: Clock) -> Namespace:
        faults = Faults(clock, self._randomness)
        self._preset(faults)
        prefix = NAMESPACE_PREFIX + name if name else ""
        return Namespace(name, prefix, self._directory, clock, self._keys(clock), Store(clock), Recorder(), faults)

    def _keys(self, clock: Clock) -> KeySet:
        return KeySet(self._directory.config.keys, clock, self._randomness)

    def _preset(self, faults: Faults) -> None:
        if self._directory.config.faults or self._faults:
            from fake_idp.faults import selection

            selection.preset(faults, self._directory.config.faults, self._faults)
