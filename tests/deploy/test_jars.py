"""Nothing gets on Kafka's class path that is not what was pinned."""

import hashlib
from pathlib import Path

import pytest

from deploy.embedded import jars
from deploy.embedded.jars import Jar, JarDiffers


def test_every_pin_has_a_hash_a_size_and_a_coordinate() -> None:
    pinned = jars.pinned()
    assert len(pinned) > 40
    assert all(len(jar.sha256) == 64 and jar.size > 0 and jar.version for jar in pinned)
    assert any(jar.artifact == "kafka_2.13" and jar.version == "4.4.0" for jar in pinned)


def test_a_jar_that_differs_is_refused_and_deleted(tmp_path: Path) -> None:
    content = b"as published"
    jar = Jar(hashlib.sha256(content).hexdigest(), len(content), "dk.example", "thing", "1")
    path = jar.path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    jars._verify(jar, tmp_path)
    path.write_bytes(b"as exchanged")
    with pytest.raises(JarDiffers, match="pinned is"):
        jars._verify(jar, tmp_path)
    assert not path.exists()


def test_what_was_fetched_once_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    jars.class_path()
    monkeypatch.setattr(jars, "_fetch", lambda *_: pytest.fail("went to the network"))
    assert all(path.exists() for path in jars.class_path())
