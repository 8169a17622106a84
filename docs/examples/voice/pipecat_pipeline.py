"""A pipeline in miniature: does with a handler what Pipecat's LLM service does, for calls that stand on standard input.

Reads lines of JSON: {"call": {"id", "name", "arguments"}} begins a call, {"interrupt": true} is an InterruptionFrame,
{"abandon": id} cancels a call's task as cancel_on_interruption=True does, {"define": [names]} asks for definitions,
{"patience": seconds} says how long a turn waits.
Writes lines of JSON: {"said"}, {"result", "id", "final"}, {"definitions"}, {"abandoned"}.
"""

import asyncio
import json
import os
import sys

from patchbay_pipecat import Patchbay


class Call:
    """`FunctionCallParams`, as far as a handler reads it."""

    def __init__(self, name, call_id, arguments):
        self.function_name = name
        self.tool_call_id = call_id
        self.arguments = arguments

    async def result_callback(self, result, *, properties=None):
        final = properties is None or properties.is_final
        write({"result": result, "id": self.tool_call_id, "final": final})


def write(line):
    print(json.dumps(line), flush=True)


async def speak(line):
    write({"said": line})


async def main():
    with open(os.environ["PATCHBAY_KEY_FILE"], encoding="utf-8") as file:
        key = file.read().strip()
    voice = Patchbay(os.environ["PATCHBAY_URL"], key, session="pipecat-1", speak=speak)
    tasks = {}
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        if "call" in asked:
            call = asked["call"]
            params = Call(call["name"], call["id"], call["arguments"])
            tasks[call["id"]] = asyncio.create_task(voice.handle(params))
        elif "interrupt" in asked:
            voice.interrupt()
        elif "abandon" in asked:
            tasks[asked["abandon"]].cancel()
            await asyncio.wait([tasks[asked["abandon"]]])
            write({"abandoned": asked["abandon"]})
        elif "patience" in asked:
            voice.answer_within = asked["patience"]
        elif "define" in asked:
            write({"definitions": await voice.definitions(asked["define"])})


asyncio.run(main())
