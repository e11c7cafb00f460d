using System.CommandLine;
using System.Text.RegularExpressions;

namespace Dormouse.Commands;

/// <summary><c>--name</c> of the commands about a service.</summary>
internal static partial class ServiceName
{
    private const string Usual = "dormouse";

    public static Option<string> Create()
    {
        var name = new Option<string>("--name")
        {
            Description = $"The service's name, for more than one on a machine. Default: {Usual}.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Usual,
        };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !Names().IsMatch(text))
            {
                result.AddError($"--name: '{text}' is no name of a service: letters, digits, '-', '_' and '.', 64 at most.");
            }
        });
        return name;
    }

    // systemd takes some more; '@' and ':' have a meaning there.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Names();
}
