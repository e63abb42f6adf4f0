# bash completion for evidence(1)
_evidence() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} cmd='' w i
	local commands='identity open add note statement stop view list show log check correct close seal admit transfer export index read search capture compare chats timeline watch inspect timestamp receive refuse receipt consent hold lost dispose envelope trust'
	for ((i = 1; i < COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		case $w in
		-C | --identity | --passphrase-file | --passphrase-fd) ((i++)) ;;
		-*) ;;
		*)
			cmd=$w
			break
			;;
		esac
	done
	case $prev in
	-C)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--passphrase-file | --file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--basis)
		mapfile -t COMPREPLY < <(compgen -W 'own-device own-account consent public observer-account order seized-device other-account covert unknown' -- "$cur")
		return
		;;
	--scope)
		mapfile -t COMPREPLY < <(compgen -W 'all tags' -- "$cur")
		return
		;;
	esac
	if [[ -z $cmd ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands -C --identity --passphrase-file --passphrase-fd --json --quiet --help --version" -- "$cur")
		return
	fi
	if [[ $cur == -* ]]; then
		local own=''
		case $cmd in
		identity) own='--name --role --organisation --real-name --algorithm --pem --pkcs11 --certificate' ;;
		open) own='--number --title --institution --legal-basis --responsible --purpose --authority --violence --consent --retention --review --excluded --language' ;;
		add) own='--basis --photo-of-screen --label --supplier --device --reason --purpose --authority --consent --role --leave-changing --no-read --name' ;;
		note) own='--file --item' ;;
		statement) own='--file' ;;
		stop) own='--where --how --who --device' ;;
		list) own='--all' ;;
		view | close | correct) own='--reason' ;;
		admit) own='--as --reason' ;;
		transfer) own='--to --recipient --purpose --condition --medium --seal-number --authority --consent --form' ;;
		receive) own='--from --condition --medium --seal-number --reason --purpose --authority' ;;
		refuse) own='--reason --from --condition --medium --seal-number --purpose --authority' ;;
		receipt) own='--json --paper --transfer --refused --write' ;;
		consent) own='--authority --basis --recipient --until --reference --purpose --reason' ;;
		hold) own='--reason --authority' ;;
		lost) own='--reason --cause --transfer' ;;
		dispose) own='--cause --reason --authority --consent --finish --destroy-key --envelope' ;;
		seal) own='--scope --require-timestamp --read-back --purpose' ;;
		export) own='--as --recipient --reason' ;;
		index) own='--rebuild' ;;
		capture) own='--monitor --title --geometry --delay --repeat --every --series --keep-black --backend --viewport --timeout --max-height --ignore-certificates --list --revisit --profile --browser --label --basis --reason --purpose --authority --consent' ;;
		read) own='--memory --seconds --allow-degraded' ;;
		search) own='--person --item --kind --from --to --limit' ;;
		timestamp) own='--entry --bundle --archive --request --out --trust --crl --ocsp --pin --time-policy --qr --timeout' ;;
		watch) own='--existing --basis --label --device --supplier --reason --purpose --authority --consent' ;;
		envelope) own='--to --to-file --with-passphrase --envelope-passphrase-file --key --newer-than --again --scope --require-timestamp --purpose' ;;
		trust) own='--out --pin --service --any-status' ;;
		timeline) own='--tz --from --to --item --kind' ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$own --identity --passphrase-file --passphrase-fd --json --quiet --help" -- "$cur")
	elif [[ $cmd == identity && $prev == identity ]]; then
		mapfile -t COMPREPLY < <(compgen -W 'create list show backup restore import cards' -- "$cur")
	elif [[ $cmd == trust && $prev == trust ]]; then
		mapfile -t COMPREPLY < <(compgen -W 'import' -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -o filenames -F _evidence evidence
