"""Right answers to corrected as different people write them."""

TEXTS = ("11x11x3", "15.24 million", "61 MB", "6x6x256", "77 MB", "the middle", "138 million")


def by_place(claim):
    return TEXTS["ABCDEFG".index(claim)]


def with_ifs(claim):
    if claim == "A":
        return "11x11x3"
    if claim == "B":
        return "15.24 million"
    if claim == "C":
        return "61 MB"
    if claim == "D":
        return "6x6x256"
    if claim == "E":
        return "77 MB"
    return "the middle" if claim == "F" else "138 million"


def matched(claim):
    match claim:
        case "A":
            return "11x11x3"
        case "B" | "C":
            return "15.24 million" if claim == "B" else "61 MB"
        case "D":
            return "6x6x256"
        case "E":
            return "77 MB"
        case "F":
            return "the middle"
    return "138 million"


def zipped(claim):
    return dict(zip("ABCDEFG", TEXTS, strict=True)).get(claim)


def counted(claim):
    """Some of them counted on the spot."""
    sizes = {"A": f"{11}x{11}x3", "C": f"{4 * 15.24:.0f} MB", "D": "x".join(("6", "6", "256"))}
    sizes["E"] = f"{3 * 64 * 224 * 224 * 8 / 1e6:.0f} MB"
    return sizes.get(claim) or zipped(claim)


ANSWERS = [by_place, with_ifs, matched, zipped, counted]
