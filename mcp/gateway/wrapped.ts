import type { Message } from './message.rules.ts'

export interface Outgoing {
  /** The message's text, without a line feed. */
  readonly line: string
  readonly message: Message
}

/** The MCP server behind the gateway. */
export interface Wrapped {
  /** Passes one message on; an answer that cannot come is made up as a JSON-RPC error. */
  send(message: Outgoing): void
  /** Hands over each message of the server as one line; settles with the exit status when the server is gone. */
  run(onLine: (line: string) => void): Promise<number>
  close(): Promise<void>
}
