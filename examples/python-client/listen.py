"""Connects to the gateway and prints the events that it receives.

GATEWAY_TOKEN=... python3 listen.py [http://localhost:3000] [websocket|polling]
Needs python-socketio with aiohttp: pip install python-socketio aiohttp, Debian: python3-socketio.
"""
import asyncio
import os
import sys

import socketio

# Its own reconnection stops at a polled "close", which a restarting gateway sends. The loop below continues.
client = socketio.AsyncClient(reconnection=False)


@client.on("*")
async def received(event, *args):
    print(event, *args, flush=True)


@client.event
async def connect_error(reason):
    print("not connected:", reason, flush=True)
    # The gateway sends the reason, and whether to retry: {"message": …, "data": {"code": …, "retry": False}}.
    refusal = reason.get("data") if isinstance(reason, dict) else None
    if refusal and refusal["retry"] is False:
        os._exit(1)


async def main(url="http://localhost:3000", transport="websocket"):
    while True:
        try:
            await client.connect(url, auth={"token": os.environ.get("GATEWAY_TOKEN")}, transports=[transport])
            await client.wait()
            print("disconnected, reconnecting", flush=True)
        except socketio.exceptions.ConnectionError:
            await asyncio.sleep(2)  # connect_error has printed the reason


asyncio.run(main(*sys.argv[1:]))
