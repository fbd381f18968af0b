"""Right answers to fault_of as different people write them."""

FAULTS = ["zero weights", "no db", "sorted images", "rate / 1000", "shuffled labels", "rate x 30"]


def branches(run):
    if run in "AB":
        return "zero weights" if run == "A" else "no db"
    if run in ("C", "D"):
        return "sorted images" if run == "C" else "rate / 1000"
    return "shuffled labels" if run < "F" else "rate x 30"


def by_number(run):
    return FAULTS["ABCDEF".index(run)]


def zipped(run):
    return dict(zip("ABCDEF", FAULTS, strict=True)).get(run)


def matched(run):
    match run:
        case "A":
            fault = "zero weights"
        case "B":
            fault = "no db"
        case "C":
            fault = "sorted images"
        case "D":
            fault = "rate / 1000"
        case "E":
            fault = "shuffled labels"
        case _:
            fault = "rate x 30"
    return fault


def the_other_way_round(run):
    letters = {fault: letter for letter, fault in zip("ABCDEF", FAULTS, strict=True)}
    return next(fault for fault in letters if letters[fault] == run)


def counted(run):
    return FAULTS[ord(run) - ord("A")]


ANSWERS = [branches, by_number, zipped, matched, the_other_way_round, counted]
