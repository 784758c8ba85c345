"""``ocitui completion``: scripts for shells."""

import click
from click.shell_completion import (
    BashComplete,
    FishComplete,
    ShellComplete,
    add_completion_class,
    get_completion_class,
)

from ocitui.display import printable
from ocitui.errors import UsageError

PROGRAM = "ocitui"
_SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_OCITUI_COMPLETE"
"""The variable through which a shell asks for completions, as click names it."""


@click.command()
@click.argument("shell", shell_complete=lambda _context, _parameter, typed: [s for s in _SHELLS if s.startswith(typed)])
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print a completion script, which the shell's start-up file evaluates.

    \b
    bash   eval "$(ocitui completion bash)"
    zsh    eval "$(ocitui completion zsh)"
    fish   ocitui completion fish | source
    """
    kind = get_completion_class(shell) if shell in _SHELLS else None
    if kind is None:
        raise UsageError(f"completion: no completion for {printable(shell)}; choose bash, zsh or fish")
    # For bash, click would first run whatever is called so, to see how old it is.
    click.echo(ShellComplete.source(kind(context.find_root().command, {}, PROGRAM, VARIABLE)))
    return 0


class QuotingBash(BashComplete):
    """Quotes what it offers, as click's own script does not: a name with ``$(…)`` in it stays a name."""

    source_template = """\
%(complete_func)s() {
    local line type value
    COMPREPLY=()
    while IFS= read -r line; do
        type=${line%%%%,*} value=${line#*,}
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) [[ -z $value ]] || { printf -v value %%q "$value"; COMPREPLY+=("$value"); } ;;
        esac
    done < <(IFS=$'\\n'; env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class WholeFish(FishComplete):
    """Offers names to their end, as click's own script does not where there is a comma in them."""

    source_template = """\
function %(complete_func)s;
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -t) %(prog_name)s);

    for completion in $response;
        set -l metadata (string split --max 1 "," -- $completion);

        switch $metadata[1];
            case dir;
                __fish_complete_directories $metadata[2];
            case file;
                __fish_complete_path $metadata[2];
            case plain;
                printf '%%s\\n' $metadata[2];
        end;
    end;
end;

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)";
"""


add_completion_class(QuotingBash)
add_completion_class(WholeFish)
