"""The live trainer's engine: NumPy alone, no thread, no Jupyter. It trains a slice whenever it is asked.

    from cs_conv.live.engine.engine import Engine
    from cs_conv.live.engine.picture import picture
    from cs_conv.live.engine.settings import Settings

    engine = Engine(globals(), Settings("INPUT -> [CONV -> RELU -> POOL]*2 -> FC", rate=0.05))
    while engine.run(0.03):                       # some 30 ms of training, then it is your turn
        draw(picture(engine, image=7))            # arrays and texts of everything that can be seen
    print(engine.stopped)                         # why it does not go on, in words

`engine.change(settings)` goes on with another rate, batch, optimiser or other layers; `engine.notice` then
says what was kept. `engine.reset()` begins anew. `cs_conv.live.trainer.frame(source, state)` does all this
for a page.
"""
