# SPDX-License-Identifier: GPL-3.0-or-later
# Tab completion of geoxdp for bash: commands, options, interfaces and files.

_geoxdp()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p') help" -- "$cur")
		return
	fi
	case $prev in
	-i | --interface)
		mapfile -t COMPREPLY < <(compgen -W "$(command ls /sys/class/net)" -- "$cur")
		return ;;
	-m | --mode)
		mapfile -t COMPREPLY < <(compgen -W "native generic auto" -- "$cur")
		return ;;
	-c | --config | -p | --pdns | -L | --files | -k | --file | -o | --output | -s | --svg)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp help "$command" | sed -n 's/^  -., \(--[a-z-]*\).*/\1/p')" -- "$cur")
		return ;;
	esac
	case $command:$COMP_CWORD:$prev in
	help:*)
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')" -- "$cur") ;;
	cookie-secret:2:*)
		mapfile -t COMPREPLY < <(compgen -W "show add generate activate drop load" -- "$cur") ;;
	net:2:*)
		mapfile -t COMPREPLY < <(compgen -W "add del list" -- "$cur") ;;
	net:3:del)
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp net list 2> /dev/null | sed 's/ .*//')" -- "$cur") ;;
	undrain:2:*)
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp status 2> /dev/null | sed -n 's/^  drained  *\([^ ]*\).*/\1/p')" -- "$cur") ;;
	rollback:2:*)
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp status 2> /dev/null | sed -n 's/^  rollback to  *\([0-9]*\).*/\1/p')" -- "$cur") ;;
	import:2:*)
		mapfile -t COMPREPLY < <(compgen -W "pdns gdnsd pdns-geoip" -- "$cur") ;;
	import:* | diff:*)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _geoxdp geoxdp
