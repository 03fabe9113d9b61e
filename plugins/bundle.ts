export interface BundleFile {
  readonly bytes: Uint8Array
  readonly executable?: true
}

/** What a generator makes for one client: files by their path within it. */
export type Bundle = Readonly<Record<string, BundleFile>>

const encoder = new TextEncoder()

export const file = (text: string): BundleFile => ({ bytes: encoder.encode(text) })
export const executable = (text: string): BundleFile => ({ bytes: encoder.encode(text), executable: true })
export const jsonFile = (value: unknown): BundleFile => file(`${JSON.stringify(value, null, 2)}\n`)

export function textOf({ bytes }: BundleFile): string {
  return new TextDecoder().decode(bytes)
}

/** The bundle one folder deeper. */
export function within(folder: string, bundle: Bundle): Bundle {
  return Object.fromEntries(Object.entries(bundle).map(([path, one]) => [`${folder}/${path}`, one]))
}
