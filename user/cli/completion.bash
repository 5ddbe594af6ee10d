# SPDX-License-Identifier: GPL-3.0-or-later
# Tab completion of geoxdp for bash: commands, options, interfaces and files.

_geoxdp()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p') help" -- "$cur")
		return
	fi
	case $prev in
	-i | --interface)
		mapfile -t COMPREPLY < <(compgen -W "$(command ls /sys/class/net)" -- "$cur")
		return ;;
	-m | --mode)
		mapfile -t COMPREPLY < <(compgen -W "native generic auto" -- "$cur")
		return ;;
	-c | --config | -p | --pdns | -L | --files)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac
	if [ "$command" = net ] && [ "$COMP_CWORD" -eq 2 ]; then
		mapfile -t COMPREPLY < <(compgen -W "add del list" -- "$cur")
		return
	fi
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp help "$command" | sed -n 's/^  -., \(--[a-z-]*\).*/\1/p')" -- "$cur") ;;
	*)
		[ "$command" = help ] || return
		mapfile -t COMPREPLY < <(compgen -W "$(geoxdp help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')" -- "$cur") ;;
	esac
}
complete -o filenames -F _geoxdp geoxdp
