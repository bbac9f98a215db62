import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';

/** JSON text that goes into a packet as it is, neither parsed nor written anew. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Socket.IO's own encoder, and `[event, JsonText]` put together from the ready text: once per message, not per socket. */
class PacketEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    const data: unknown = packet.data;
    if (packet.type !== PacketType.EVENT || !Array.isArray(data)) return super.encode(packet);
    const [event, payload]: unknown[] = data;
    if (!(payload instanceof JsonText)) return super.encode(packet);
    const namespace = packet.nsp === '/' ? '' : `${packet.nsp},`;
    return [`${packet.type}${namespace}[${JSON.stringify(event)},${payload.text}]`];
  }
}

/** For the `parser` option of a Socket.IO server; on the wire it is the stock protocol. */
export const packetParser = { Encoder: PacketEncoder, Decoder };
