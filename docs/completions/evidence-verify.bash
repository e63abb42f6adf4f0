# bash completion for evidence-verify(1)
_evidence_verify() {
	local cur=${COMP_WORDS[COMP_CWORD]}
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--pin --trust --at --extends --receipt --require-time --time-policy --all-digests --json --quiet --lang --about --version --help' -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _evidence_verify evidence-verify
