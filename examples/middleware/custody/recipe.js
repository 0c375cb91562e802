/** How an export is checked, in words for people who are no programmers. Commands are the lines that begin with four spaces. */

/**
 * @param {object} about
 * @param {string} about.stored The number of the entry that tells of the upload, as the file is called.
 * @param {import('../records/records.js').AuditEntry} about.last
 * @param {string} about.organizationId
 */
export function recipe({ stored, last, organizationId }) {
  return `HOW TO CHECK THIS EXPORT

This folder holds one picture, what is recorded about it, and the part of the audit that proves both. You can check it
without the service that made it, and without the internet: all you need is a terminal with bash and sha256sum, which
every Linux has (on Windows: Git Bash or WSL; on a Mac: “brew install coreutils bash findutils diffutils”).

Open the terminal in this folder, the one that RECIPE.txt is in. Type each step, or paste it, and press Enter. Each step
answers with one line, “right” or “WRONG”. If one answers WRONG, something here is not as it was exported.

STEP 1: no file was changed, added or taken away. SHA256SUMS lists a fingerprint of each file.

    find . -type f ! -path ./SHA256SUMS | LC_ALL=C sort | xargs sha256sum | diff - SHA256SUMS >/dev/null && echo "1 right" || echo "1 WRONG"

STEP 2: the picture is the one that was taken in. The entry ${stored} of the audit tells of its upload, and names its
fingerprint; so does record.json.

    picture=$(sha256sum snapshot.jpg | cut -c 1-64)
    grep -q "\\"sha256\\":\\"$picture\\"" audit/entries/${stored}.json && grep -q "\\"sha256\\": \\"$picture\\"" record.json && echo "2 right" || echo "2 WRONG"

STEP 3: the entries about this picture are those of the audit. Each file in audit/entries is one; audit/chain.txt lists the
fingerprint of every entry; the text of those about other pictures and other people is left out.

    wrong=0; for file in audit/entries/*.json; do grep -qx "$(basename "$file" .json) $(sha256sum "$file" | cut -c 1-64)" audit/chain.txt || wrong=1; done
    [ "$wrong" = 0 ] && echo "3 right" || echo "3 WRONG"

STEP 4: the audit is one unbroken chain. Each entry's fingerprint is computed together with the one before it, so that none
can be changed, left out or moved without all that follow coming out differently. (A minute for some ten thousand entries.)

    hash=$(cat audit/before.txt)
    while read -r number digest; do hash=$(printf '%s\\n%s\\n' "$hash" "$digest" | sha256sum | cut -c 1-64); done < audit/chain.txt
    [ "$hash" = "$(cat audit/head.txt)" ] && echo "4 right" || echo "4 WRONG"

STEP 5: the chain is the one that the service keeps. Nothing in this folder can prove that: somebody could have made all of
it anew. Ask the operator which hash entry ${last.seq} of the audit of “${organizationId}” has (the command
“node main.js verify-audit” checks the whole audit and prints the last entry's), or take it from where it was written down
at the time. It has to be this one:

        ${last.hash}

WHAT IS IN AN ENTRY
Who did what and when: “stored” (the picture came in), “viewed”, “held” and “released” (a legal hold), “exported”. Times
are in UTC, by the clock of the service. “salt” is a random number, so that a fingerprint alone gives nothing away.
`;
}
