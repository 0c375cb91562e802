/** The project's documents, as what they are made of: headings, links, blocks of code. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** What was written by others. */
const FOREIGN = ['THIRD_PARTY_NOTICES.md'];

/**
 * @typedef {object} Page
 * @property {string} path From the checkout's root.
 * @property {string} text
 * @property {{ language: string, code: string, line: number }[]} blocks
 * @property {{ target: string, line: number }[]} links Of links and pictures, as they are written.
 * @property {Set<string>} anchors Of its headings, as GitHub makes them.
 */

/** Every Markdown page that git would take. @returns {Promise<Page[]>} */
export async function readPages() {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.md'], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
  });
  const paths = listed.split('\0').filter((path) => path && !FOREIGN.includes(path));
  return Promise.all(paths.map(async (path) => toPage(path, await readFile(new URL(path, root), 'utf8'))));
}

/** @param {string} path @param {string} text @returns {Page} */
export function toPage(path, text) {
  /** @type {Page} */
  const page = { path, text, blocks: [], links: [], anchors: new Set() };
  /** @type {Map<string, number>} How often a heading has come. */
  const headings = new Map();
  /** @type {Page['blocks'][number] | undefined} */
  let block;
  for (const [i, line] of text.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (fence && block) {
      page.blocks.push(block);
      block = undefined;
    } else if (fence) block = { language: fence[1], code: '', line: i + 2 };
    else if (block) block.code += `${line}\n`;
    else {
      const heading = /^#{1,6} +(.*?)\s*$/.exec(line);
      if (heading) {
        const slug = toSlug(heading[1]);
        const times = headings.get(slug) ?? 0;
        headings.set(slug, times + 1);
        page.anchors.add(times > 0 ? `${slug}-${times}` : slug);
      }
      const targets = /\]\(([^()\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g;
      for (const [, link, attribute] of line.matchAll(targets))
        page.links.push({ target: link ?? attribute, line: i + 1 });
    }
  }
  if (block) throw new Error(`${path}: the block of line ${block.line} does not end`);
  return page;
}

/** As GitHub makes a heading's anchor. @param {string} heading */
function toSlug(heading) {
  const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return shown
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
