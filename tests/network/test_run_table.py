"""The table of trainings: lines are added, nothing is lost, the best is marked."""

import threading

import pytest

from cs_conv.run_table import RunTable


def test_what_was_added_is_there_in_order_and_the_best_has_a_star(tmp_path):
    table = RunTable(tmp_path / "my_runs.csv")
    assert str(table).startswith("no trainings yet in ")
    table.add("small", 1000, 0.85, 12.04)
    table.add('two, "quoted"', 20_490, 0.875, 31, "note: 3x3,\nthen a pooling")
    assert [(r.name, r.parameters, r.accuracy, r.seconds) for r in table.runs()] == [
        ("small", 1000, 0.85, 12.0),
        ('two, "quoted"', 20_490, 0.875, 31.0),
    ]
    assert table.runs()[1].note == "note: 3x3, then a pooling"
    text = str(RunTable(table.path))
    assert "87.5%*" in text
    assert "85.0%*" not in text
    assert "20,490" in text


@pytest.mark.parametrize("broken", [b"2026-11-30 10:00,brok", b'2026-11-30 10:00,"brok', b"a,b,1,nan,1,"])
def test_a_line_that_broke_off_stays_and_the_next_begins_below_it(tmp_path, broken):
    table = RunTable(tmp_path / "my_runs.csv")
    table.add("first", 1, 0.5, 1)
    with table.path.open("ab") as file:
        file.write(broken)
    table.add("third", 3, 0.25, 1)
    assert [run.name for run in table.runs()] == ["first", "third"]
    assert broken in table.path.read_bytes()
    assert "1 further line" in str(table)
    assert "50.0%*" in str(table)


def test_a_file_of_something_else_is_kept(tmp_path):
    path = tmp_path / "my_runs.csv"
    path.write_bytes(b"\xff\xfenot a table\n")
    table = RunTable(path)
    table.add("mine", 10, 0.9, 2)
    assert path.read_bytes().startswith(b"\xff\xfenot a table\n")
    assert [run.name for run in table.runs()] == ["mine"]


def test_two_notebooks_can_add_at_the_same_time(tmp_path):
    tables = [RunTable(tmp_path / "my_runs.csv") for _ in range(2)]
    tables[0].add("0", 1, 0.5, 1)

    def add(table):
        for number in range(20):
            table.add(str(number), 1, 0.5, 1)

    threads = [threading.Thread(target=add, args=(table,)) for table in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tables[0].runs()) == 41


@pytest.mark.parametrize("accuracy", [87.0, -0.1, float("nan")])
def test_an_accuracy_is_a_fraction(tmp_path, accuracy):
    with pytest.raises(ValueError, match="a fraction, 0 to 1"):
        RunTable(tmp_path / "my_runs.csv").add("percent", 1, accuracy, 1)
    assert not (tmp_path / "my_runs.csv").exists()
