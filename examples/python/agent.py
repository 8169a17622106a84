"""An agent without an SDK: any NATS client will do. Needs `pip install "nats-py[nkeys]"` and a running Patchbay."""

import asyncio
import json
import pathlib
import time

import nats


def dev_facts():
    """What `npm start` left in .patchbay/dev.json, here or in a directory above."""
    here = pathlib.Path.cwd()
    for folder in (here, *here.parents):
        path = folder / ".patchbay" / "dev.json"
        if path.exists():
            return json.loads(path.read_text())
    raise SystemExit("No .patchbay/dev.json here: start Patchbay with 'npm start'.")


async def main():
    facts = dev_facts()
    tenant = facts["tenant"]
    # The server answers an agent under this prefix only, so that no tenant hears another's answers.
    connection = await nats.connect(
        facts["nats_url"],
        nkeys_seed=facts["agent_credentials"],
        inbox_prefix=f"_INBOX_agent.{tenant}".encode(),
    )

    async def request(operation, message, timeout):
        subject = f"tools.v1.{tenant}.{operation}"
        answer = await connection.request(subject, json.dumps(message).encode(), timeout=timeout)
        return json.loads(answer.data)

    # 1. One call. The answer comes within the deadline; the request waits a little longer than that.
    result = await request(
        "execute",
        {
            "tool": "slack_post_message",
            "arguments": {"channel": "C0123ABCDEF", "text": "Hello from Python."},
            "idempotency_key": f"toolu_{time.time_ns()}",
            "deadline_ms": 2500,
            "context": {"agent": "python-example"},
        },
        timeout=3,
    )
    print(result["tool"], result["status"], json.dumps(result["output"] or result["error"]))

    # 2. The caller changes their mind: the call is cancelled by its key, and its own answer says so.
    key = f"toolu_{time.time_ns()}"
    call = asyncio.create_task(
        request(
            "execute",
            {
                "tool": "google_calendar_check_availability",
                "arguments": {"start": "2026-03-03T09:00:00-05:00", "end": "2026-03-03T12:00:00-05:00"},
                "idempotency_key": key,
                "deadline_ms": 2500,
            },
            timeout=3,
        )
    )
    await asyncio.sleep(0)
    cancelled = (await request("cancel", {"idempotency_key": key, "reason": "barge-in"}, timeout=2))["cancelled"]
    print(f"barge-in: {len(cancelled)} call(s) stopped, the answer is '{(await call)['status']}'")

    await connection.drain()


asyncio.run(main())
