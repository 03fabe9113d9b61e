import { findingAt } from './finding.rules.ts'
import type { SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

interface Format {
  readonly name: string
  readonly magic: string
}

/** First bytes in hex; sources: the file formats' own specifications. */
const PROGRAMS: readonly Format[] = [
  { name: 'an ELF program', magic: '7f454c46' },
  { name: 'a Windows program', magic: '4d5a' },
  { name: 'a Mach-O program', magic: 'feedface' },
  { name: 'a Mach-O program', magic: 'feedfacf' },
  { name: 'a Mach-O program', magic: 'cffaedfe' },
  { name: 'a Mach-O or Java program', magic: 'cafebabe' },
  { name: 'a WebAssembly program', magic: '0061736d' },
]
const ARCHIVES: readonly Format[] = [
  { name: 'a zip archive', magic: '504b0304' },
  { name: 'a gzip archive', magic: '1f8b' },
  { name: 'an xz archive', magic: 'fd377a58' },
  { name: 'a 7z archive', magic: '377abcaf' },
  { name: 'a bzip2 archive', magic: '425a68' },
  { name: 'a zstd archive', magic: '28b52ffd' },
]
const MEDIA: readonly Format[] = [
  { name: 'a PNG image', magic: '89504e47' },
  { name: 'a JPEG image', magic: 'ffd8ff' },
  { name: 'a GIF image', magic: '47494638' },
  { name: 'a RIFF file', magic: '52494646' },
  { name: 'a PDF', magic: '25504446' },
  { name: 'a font', magic: '774f4632' },
  { name: 'a font', magic: '00010000' },
]

/** What cannot be read cannot be judged: a program is refused, the rest a person has to look at. */
export function* binaryFindings(file: SkillText): Generator<SkillFinding> {
  if (file.kind !== 'binary') return
  const head = Buffer.from(file.bytes.subarray(0, 16)).toString('hex')
  const among = (formats: readonly Format[]) => formats.find(({ magic }) => head.startsWith(magic))
  const [program, archive, media] = [PROGRAMS, ARCHIVES, MEDIA].map(among)
  if (program) yield say(file, 'program', 'high', `Is ${program.name}: nobody can read what it does.`)
  else if (archive) yield say(file, 'archive', 'medium', `Is ${archive.name}: its content was not scanned.`)
  else if (media) yield say(file, 'media', 'low', `Is ${media.name}.`)
  else yield say(file, 'unknown', 'medium', 'Is no text and of no known format.')
}

function say(file: SkillText, name: string, severity: SkillFinding['severity'], message: string): SkillFinding {
  return findingAt(file, { rule: `binary.${name}`, severity, message })
}
