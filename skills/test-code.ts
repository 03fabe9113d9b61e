export interface Span {
  readonly file: string
  readonly text: string
}

/** What a Markdown file shows as code: spans, and the lines of its blocks by their language. */
export function codeOf(file: string, markdown: string): { spans: Span[]; blocks: (Span & { language: string })[] } {
  const blocks: (Span & { language: string })[] = []
  const prose = markdown.replaceAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm, (_, language: string, text: string) => {
    blocks.push({ file, language, text })
    return ''
  })
  return { spans: [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => ({ file, text: match[1] ?? '' })), blocks }
}
