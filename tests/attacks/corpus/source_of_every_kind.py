# Tries: hand in code that is hard to parse: deep, long, with zeros
# Deserves: 20
# Status: graded
# Within: 60

def hand_in(folder, notebook):
    import json
    odd = ["-" * 30000 + "1", "1" + "+1" * 20000, "x" + ".a" * 15000, "(" * 5000 + ")" * 5000, "f(" * 90 + ")" * 90,
           "a\x00b", "if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 99)) + " " * 99 + "pass", "\\N{" * 1000,
           "lambda: " * 8000 + "1", "[" * 150 + "]" * 150, "not " * 10000 + "1", "x = " * 10000 + "1", chr(34) * 3 + "x" * 40000,
           "\ufeffprint(1)", "\r\rprint(1)\r", "%" * 40000, "!" * 40000, "?" * 40000, "await " * 10000 + "x", ('f' + chr(34) + '{') * 100,
           "match 1:\n case " + "[" * 3000 + "]" * 3000 + ": pass", "@" * 1000, "1 if 1 else " * 9000 + "1", "x" + "[0]" * 10000, "print(" + "1," * 20000 + ")"]
    for number, source in enumerate(odd):
        notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "id": f"odd-{number}"})
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
