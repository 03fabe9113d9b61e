import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { useEffect, useRef, type ReactNode } from 'react'
import type { Problem } from './document.ts'

interface EditorProps {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly problems: readonly Problem[]
  readonly readOnly: boolean
  readonly label: string
}

const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', minHeight: '320px' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: '0' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--chosen)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.tok-propertyName': { color: 'var(--link)' },
  '.tok-string, .tok-string2': { color: 'var(--good)' },
  '.tok-comment': { color: 'var(--muted)', fontStyle: 'italic' },
  '.tok-keyword, .tok-bool, .tok-number, .tok-atom': { color: 'var(--ask)' },
  '.tok-meta': { color: 'var(--muted)' },
})

/**
 * The editor lives in a shadow root: there its styles are adopted sheets, which a policy without inline styles allows.
 * Tab is left alone, so that the keyboard gets out of it.
 */
export function PolicyEditor({ value, onChange, problems, readOnly, label }: EditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const changed = useRef(onChange)
  const locked = useRef(new Compartment())
  useEffect(() => {
    changed.current = onChange
  })
  useEffect(() => {
    const element = host.current
    if (!element) return
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const extensions = [
      lineNumbers(),
      history(),
      drawSelection(),
      highlightSpecialChars(),
      highlightActiveLine(),
      bracketMatching(),
      indentOnInput(),
      indentUnit.of('  '),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      yaml(),
      syntaxHighlighting(classHighlighter),
      lintGutter(),
      theme,
      locked.current.of(EditorState.readOnly.of(readOnly)),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed.current(update.state.doc.toString())
      }),
    ]
    const made = new EditorView({ state: EditorState.create({ doc: value, extensions }), root, parent: root })
    view.current = made
    return () => {
      made.destroy()
      view.current = null
    }
    // The text is the editor's own from here on; a new policy mounts a new editor.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [label])
  useEffect(() => {
    view.current?.dispatch({ effects: locked.current.reconfigure(EditorState.readOnly.of(readOnly)) })
  }, [readOnly])
  useEffect(() => {
    const current = view.current
    if (!current) return
    const { length } = current.state.doc
    const shown = problems.map(({ from, to, message }): Diagnostic => {
      const start = Math.min(from, length)
      return { from: start, to: Math.min(Math.max(to, start), length), severity: 'error', message }
    })
    current.dispatch(setDiagnostics(current.state, shown))
  }, [problems])
  return <div ref={host} className="editor" />
}
