using System.CommandLine;
using System.CommandLine.Parsing;
using Dormouse.Edge.Tls;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary>The options of <c>up</c> about https; <see cref="UpHttps.ToWords"/> is the way back.</summary>
internal sealed class HttpsSwitches
{
    private readonly Option<int?> https = new("--https")
    {
        Description = "A port for https beside the plain one, which then stays on this machine; 0 takes a free one.",
        HelpName = "PORT",
    };

    private readonly Option<string?> certificate = new("--tls-cert")
    {
        Description = "The certificate for https and those that lead to its CA, in PEM. Default: one of a CA that the platform makes.",
        HelpName = "FILE",
    };

    private readonly Option<string?> key = new("--tls-key") { Description = "The certificate's private key, in PEM.", HelpName = "FILE" };

    private readonly Option<string[]> names = new("--tls-name")
    {
        Description = "A name or address that the platform's own certificate is to be good for, beside localhost. May be repeated.",
        HelpName = "NAME",
    };

    public void AddTo(Command command)
    {
        Option[] all = [https, certificate, key, names];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
        command.Validators.Add(Validate);
    }

    public UpHttps? Read(ParseResult parsed) =>
        parsed.GetValue(https) is { } port
            ? new UpHttps(port)
            {
                CertificateFile = FullPath(parsed.GetValue(certificate)),
                KeyFile = FullPath(parsed.GetValue(key)),
                Names = parsed.GetValue(names) ?? [],
            }
            : null;

    private static string? FullPath(string? file) => file is null ? null : Path.GetFullPath(file);

    private void Validate(CommandResult result)
    {
        int? port = UpSwitches.Parsed(() => result.GetValue(https));
        UpSwitches.CheckPort(result, https.Name, port ?? 0, 0);
        string[] wanted = result.GetValue(names) ?? [];
        bool hasFiles = result.GetValue(certificate) is not null;
        if (hasFiles != result.GetValue(key) is not null)
        {
            result.AddError($"{certificate.Name} and {key.Name} go together.");
        }
        if (result.GetResult(https) is null && (hasFiles || wanted.Length > 0))
        {
            result.AddError($"{certificate.Name}, {key.Name} and {names.Name} need {https.Name}.");
        }
        if (hasFiles && wanted.Length > 0)
        {
            result.AddError($"{names.Name} is for the certificate that the platform makes, not for one that {certificate.Name} brings.");
        }
        foreach (string name in wanted.Where(name => !TlsOptions.IsName(name)))
        {
            result.AddError($"{names.Name}: '{name}' is neither a host name nor an IP address.");
        }
    }
}
