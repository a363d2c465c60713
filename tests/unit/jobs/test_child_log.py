from pathlib import Path

from jobs.child import HEAD_LINES, LINE_CHARACTERS, TAIL_LINES, Log


def test_lines_from_before_the_file_was_known_are_kept(tmp_path: Path) -> None:
    log = Log()
    log.add(b"first\n")
    log.keep_in(tmp_path / "logs" / "run-1-1.log")
    log.add(b"second\n")
    assert (tmp_path / "logs" / "run-1-1.log").read_text() == "first\nsecond\n"
    assert log.last(1) == ("second",)
    log.close()


def test_an_endless_log_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    log = Log()
    log.keep_in(tmp_path / "log")
    total = HEAD_LINES + TAIL_LINES + 7
    for number in range(total):
        log.add(b"%d\n" % number)
    log.close()
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[0] == "0"
    assert lines[HEAD_LINES] == "… 7 lines left out …"
    assert lines[-1] == str(total - 1)
    assert len(lines) == HEAD_LINES + 1 + TAIL_LINES


def test_long_binary_and_secret_lines_do_no_harm(tmp_path: Path) -> None:
    log = Log()
    log.keep_in(tmp_path / "log")
    log.add(b"x" * 10 * LINE_CHARACTERS)
    log.add(b"\xff\x00\x1b[31mpassword=hunter2\n")
    log.close()
    text = (tmp_path / "log").read_text()
    assert len(text.splitlines()[0]) == LINE_CHARACTERS
    assert "hunter2" not in text
