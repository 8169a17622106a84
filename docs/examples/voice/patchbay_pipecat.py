"""Tools of Patchbay for a Pipecat pipeline, over HTTP, with the standard library alone.

    voice = Patchbay(url, key, session=call_id, speak=lambda line: task.queue_frame(TTSSpeakFrame(line)))
    llm.register_function(None, voice.handle, cancel_on_interruption=False)
    context = LLMContext(tools=ToolsSchema([FunctionSchema(**one) for one in await voice.definitions(names)]))

and on an InterruptionFrame: `voice.interrupt()`.
"""

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request

CALL = "patchbay_call"
CONFIRMATION = "patchbay_confirmation"


class Patchbay:
    """A conversation's tool calls. Times are seconds."""

    def __init__(self, url, key, session, speak, answer_within=8.0, run_for=60.0, quiet=0.8):
        self._url = url.rstrip("/")
        self._key = key
        self._session = session
        self._speak = speak
        self.answer_within = answer_within
        self._run_for = run_for
        self._quiet = quiet
        self._tools = {}
        self._waiting = set()

    async def definitions(self, names):
        """What `FunctionSchema` takes, for each of the tools."""
        found = []
        for name in names:
            status, tool = await self._ask("GET", f"/v1/tools/{urllib.parse.quote(name)}?format=openai-realtime")
            if status != 200:
                raise LookupError(tool.get("detail", name))
            parameters = tool["parameters"]
            properties = {
                **parameters.get("properties", {}),
                CALL: {"type": "string", "description": "Only when told to: the call whose result is asked for."},
                CONFIRMATION: {"type": "string", "description": "Only after the person said yes: the token."},
            }
            found.append(
                {
                    "name": tool["name"],
                    "description": tool["description"],
                    "properties": properties,
                    "required": parameters.get("required", []),
                }
            )
        return found

    async def handle(self, params):
        """Carries out one function call (`FunctionCallParams`) and tells its result, late if need be."""
        arguments = dict(params.arguments)
        call = arguments.pop(CALL, None) or params.tool_call_id
        key = f"{self._session}.{call}"
        body = {
            "arguments": arguments,
            "deadline_ms": int(self._run_for * 1000),
            "context": {"session": self._session},
        }
        confirmation = body["arguments"].pop(CONFIRMATION, None)
        if confirmation:
            body["confirmation"] = confirmation

        running = asyncio.ensure_future(self._execute(params.function_name, body, key))
        filler = asyncio.ensure_future(self._fill_silence(params.function_name))
        stopped = asyncio.get_running_loop().create_future()
        self._waiting.add(stopped)
        try:
            await asyncio.wait({running, stopped}, timeout=self.answer_within, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # Pipecat itself interrupted the call.
            await asyncio.shield(self._cancel(key))
            raise
        finally:
            self._waiting.discard(stopped)
            filler.cancel()
        if running.done():
            await params.result_callback(running.result())
            return
        if stopped.done():
            await self._cancel(key)
            result = await running
            # Whatever had its effect all the same, the person is told of.
            if result.get("error", {}).get("code") == "cancelled":
                result = {"status": "interrupted", "next": "The person spoke meanwhile. Go on with what they say."}
            await params.result_callback(result)
            return
        await params.result_callback(
            {"status": "working", CALL: call, "next": "Say that it takes a moment longer."},
            properties=Properties(is_final=False),
        )
        await params.result_callback(await running)

    def interrupt(self):
        """The person began to speak: cancels what they wait for."""
        for stopped in list(self._waiting):
            if not stopped.done():
                stopped.set_result(None)

    async def _fill_silence(self, name):
        loop = asyncio.get_running_loop()
        since = loop.time()
        if name not in self._tools:
            status, tool = await self._ask("GET", f"/v1/tools/{urllib.parse.quote(name)}")
            self._tools[name] = tool if status == 200 else {}
        tool = self._tools[name]
        line = tool.get("speech", {}).get("waiting")
        usual = tool.get("latency", {}).get("p95_ms")
        if usual is not None and usual <= self._quiet * 1000:
            await asyncio.sleep(max(0, self._quiet - (loop.time() - since)))
        if line:
            await self._speak(line)

    async def _execute(self, name, body, key):
        """The output, or `{"error": ...}` with what to say and do."""
        path = f"/v1/tools/{urllib.parse.quote(name)}/execute"
        loop = asyncio.get_running_loop()
        until = loop.time() + self._run_for
        while True:
            status, answer = await self._ask("POST", path, body, {"Idempotency-Key": key})
            if status == 200:
                output = answer["output"]
                return output if isinstance(output, dict) else {"result": output}
            if answer.get("code") != "in_progress" or loop.time() > until:
                break
            # The same call, under way in another process.
            await asyncio.sleep(0.3)
        details = answer.get("details", {})
        error = {one: answer.get(one) for one in ("code", "speakable", "retryable")}
        if "confirmation" in details:
            asked = details["confirmation"]
            return {"error": error, CONFIRMATION: asked["token"], "next": f'Ask the person: "{asked["ask"]}"'}
        return {"error": {**error, "message": answer.get("detail"), "issues": answer.get("issues", [])}}

    async def _cancel(self, key):
        await self._ask("POST", "/v1/executions/cancel", {"idempotency_key": key})

    async def _ask(self, method, path, body=None, headers=None):
        return await asyncio.to_thread(self._ask_now, method, path, body, headers or {})

    def _ask_now(self, method, path, body, headers):
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=self._run_for + 5) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.load(problem)
        except (urllib.error.URLError, TimeoutError, ValueError) as lost:
            # Nobody knows whether it acted: the same call under its key finds out.
            return 0, {"code": "outcome_unknown", "speakable": "I can't tell whether that worked.", "detail": str(lost)}


class Properties:
    """Stands in for `FunctionCallResultProperties`, of which a pipeline reads these."""

    def __init__(self, is_final):
        self.is_final = is_final
        self.run_llm = None
        self.on_context_updated = None
