"""Listens to the gateway and prints what it hears.

GATEWAY_TOKEN=... python3 listen.py [http://localhost:3000] [websocket|polling]
Needs python-socketio with aiohttp: pip install python-socketio aiohttp, Debian: python3-socketio.
"""
import asyncio
import os
import sys

import socketio

# Its own reconnection takes a polled "close", which a restarting gateway sends, for the end. The loop below does not.
client = socketio.AsyncClient(reconnection=False)


@client.on("*")
async def heard(event, *args):
    print(event, *args, flush=True)


@client.event
async def connect_error(reason):
    print("not connected:", reason, flush=True)
    # The gateway says why, and whether another try is worth it: {"message": …, "data": {"code": …, "retry": False}}.
    refusal = reason.get("data") if isinstance(reason, dict) else None
    if refusal and refusal["retry"] is False:
        os._exit(1)


async def main(url="http://localhost:3000", transport="websocket"):
    while True:
        try:
            await client.connect(url, auth={"token": os.environ.get("GATEWAY_TOKEN")}, transports=[transport])
            await client.wait()
            print("disconnected, coming back", flush=True)
        except socketio.exceptions.ConnectionError:
            await asyncio.sleep(2)  # connect_error has said why


asyncio.run(main(*sys.argv[1:]))
