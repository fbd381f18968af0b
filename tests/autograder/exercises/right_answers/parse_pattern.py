"""Right answers to parse_pattern as different people write them."""

import re

NAMES = ["INPUT", "CONV", "RELU", "POOL", "FC"]


def tokens(pattern):
    """Cuts the text into words with their positions, then goes through them."""
    found = [(m.group(), m.start()) for m in re.finditer(r"->|[A-Za-z]+|\d+|[^\s]", pattern)]
    found.append(("", len(pattern)))
    place = 0

    def peek():
        return found[place][0]

    def wrong(what):
        raise ValueError(f"{what} at position {found[place][1]}")

    def sequence():
        nonlocal place
        out = item()
        while peek() == "->":
            place += 1
            out += item()
        return out

    def item():
        nonlocal place
        if peek() == "[":
            place += 1
            inner = sequence()
            if peek() != "]":
                wrong("a bracket is open")
            place += 1
            if peek() != "*":
                return inner
            place += 1
            if not peek().isdigit():
                wrong("a number should stand")
            place += 1
            return inner * int(found[place - 1][0])
        if peek() not in NAMES:
            wrong(f"unknown layer {peek()!r}")
        place += 1
        return [found[place - 1][0]]

    layers = sequence()
    if peek() != "":
        wrong("something is too much")
    return layers


def with_positions(pattern):
    """Each function gets a position and returns what it has read and where it stopped."""

    def spaces(i):
        while i < len(pattern) and pattern[i] == " ":
            i += 1
        return i

    def sequence(i):
        layers, i = item(i)
        while pattern[spaces(i) :].startswith("->"):
            more, i = item(spaces(i) + 2)
            layers = layers + more
        return layers, i

    def item(i):
        i = spaces(i)
        if pattern[i : i + 1] == "[":
            layers, i = sequence(i + 1)
            i = spaces(i)
            if pattern[i : i + 1] != "]":
                raise ValueError(f"expected ] at {i}")
            i = spaces(i + 1)
            if pattern[i : i + 1] == "*":
                i = spaces(i + 1)
                digits = re.match(r"\d*", pattern[i:]).group()
                if not digits:
                    raise ValueError(f"expected a number at {i}")
                layers, i = layers * int(digits), i + len(digits)
            return layers, i
        name = re.match(r"[A-Za-z]*", pattern[i:]).group()
        if name not in NAMES:
            raise ValueError(f"expected a layer at {i}")
        return [name], i + len(name)

    layers, i = sequence(0)
    if spaces(i) != len(pattern):
        raise ValueError(f"expected -> at {spaces(i)}")
    return layers


def with_a_stack(pattern):
    """No recursion: open brackets wait on a stack."""
    stack, i, want_layer = [[]], 0, True
    while True:
        while i < len(pattern) and pattern[i] == " ":
            i += 1
        if i == len(pattern):
            if want_layer or len(stack) > 1:
                raise ValueError(f"the pattern ends too early, at {i}")
            return stack[0]
        if want_layer and pattern[i] == "[":
            stack.append([])
            i += 1
        elif want_layer:
            end = next((j for j in range(i, len(pattern)) if not pattern[j].isalpha()), len(pattern))
            name = pattern[i:end]
            if name not in NAMES:
                raise ValueError(f"no layer at {i}")
            stack[-1].append(name)
            i = end
            want_layer = False
        elif pattern.startswith("->", i):
            i += 2
            want_layer = True
        elif pattern[i] == "]" and len(stack) > 1:
            star = re.compile(r"\] *(\* *(\d*))?").match(pattern, i)
            if star.group(1) and not star.group(2):
                raise ValueError(f"a number is missing at {star.start(2)}")
            inner = stack.pop()
            stack[-1] += inner * (int(star.group(2)) if star.group(1) else 1)
            i = star.end()
        else:
            raise ValueError(f"unexpected {pattern[i]!r} at {i}")


class Reader:
    def __init__(self, text):
        self.text, self.place = text, 0

    def next(self):
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.text[self.place :]

    def eat(self, word):
        if self.next().startswith(word):
            self.place += len(word)
            return True
        return False

    def fail(self):
        self.next()
        raise ValueError(f"cannot read on at character {self.place}")

    def read(self):
        result = self.layer()
        while self.eat("->"):
            result.extend(self.layer())
        return result

    def layer(self):
        if self.eat("["):
            inner = self.read()
            if not self.eat("]"):
                self.fail()
            if self.eat("*"):
                number = ""
                while self.next()[:1].isdigit() and not (number and self.text[self.place - 1] == " "):
                    number += self.text[self.place]
                    self.place += 1
                if number == "":
                    self.fail()
                return inner * int(number)
            return inner
        rest = self.next() + "."
        name = rest[: next(i for i, letter in enumerate(rest) if not letter.isalpha())]
        if name not in NAMES:
            self.fail()
        self.place += len(name)
        return [name]


def with_a_class(pattern):
    reader = Reader(pattern)
    layers = reader.read()
    if reader.next():
        reader.fail()
    return layers


def written_out(pattern):
    """Checks with the stack, then writes the brackets out as text."""
    with_a_stack(pattern)
    text = "".join(pattern.split())
    while "[" in text:
        begin = text.rindex("[")
        end = text.index("]", begin)
        star = re.match(r"\*(\d+)", text[end + 1 :])
        times = int(star.group(1)) if star else 1
        rest = text[end + 1 + (star.end() if star else 0) :]
        text = text[:begin] + "->".join([text[begin + 1 : end]] * times) + rest
    return tuple(name for name in text.split("->") if name)


ANSWERS = [tokens, with_positions, with_a_stack, with_a_class, written_out]
