from pathlib import Path

import pytest

from jobs.java import JavaMissing, find_java


def install(folder: Path, version: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n')
    return folder


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    home = install(tmp_path / "home", "21.0.2")
    other = install(tmp_path / "other", "17.0.15")
    assert find_java(str(home), str(other / "bin"), tmp_path / "none").home == home


def test_a_java_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = install(tmp_path / "old", "1.8.0_402")
    new = install(tmp_path / "jvm" / "new", "17.0.15")
    found = find_java(str(old), "", tmp_path / "jvm")
    assert (found.home, found.major) == (new, 17)


def test_the_newest_installed_java_is_taken_where_none_is_on_the_path(tmp_path: Path) -> None:
    install(tmp_path / "jvm" / "a", "17")
    newest = install(tmp_path / "jvm" / "b", "25.0.1")
    assert find_java("", "", tmp_path / "jvm").home == newest


def test_without_java_the_command_to_install_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(JavaMissing, match=r"none was found.*apt-get install openjdk-17-jre-headless"):
        find_java("", "", tmp_path)


def test_an_old_java_alone_is_named_with_its_place(tmp_path: Path) -> None:
    old = install(tmp_path / "old", "11.0.22")
    with pytest.raises(JavaMissing, match=rf"only Java 11\.0\.22 in {old} was found"):
        find_java(str(old), "", tmp_path / "none")


@pytest.mark.parametrize("release", ["", 'JAVA_VERSION="unknown"', None])
def test_a_folder_that_does_not_say_its_version_is_no_java(tmp_path: Path, release: str | None) -> None:
    home = install(tmp_path / "odd", "17")
    (home / "release").unlink() if release is None else (home / "release").write_text(release)
    with pytest.raises(JavaMissing):
        find_java(str(home), "", tmp_path / "none")
