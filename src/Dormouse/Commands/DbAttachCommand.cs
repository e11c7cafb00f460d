using System.CommandLine;
using System.CommandLine.Parsing;
using Dormouse.Client;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Postgres;

namespace Dormouse.Commands;

/// <summary><c>db attach NAME (URL | - | --url-env VARIABLE)</c></summary>
internal sealed class DbAttachCommand
{
    private readonly Argument<string> name = new("NAME") { Description = "The new database's name; with --replace, an attached one's." };

    private readonly Argument<string?> url = new("URL")
    {
        Description = "postgres://user:password@host:port/database?…; '-' reads it from standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> variable = new("--url-env")
    {
        Description = "Take the URL from this environment variable, such as DATABASE_URL: it stands in no shell history then.",
        HelpName = "VARIABLE",
    };

    private readonly Option<FileInfo?> authorities = new("--ca")
    {
        Description =
            "The authorities that may have signed the server's certificate, in PEM form. Default: those of the platform's machine.",
        HelpName = "FILE",
    };

    private readonly Option<bool> noVerify = new("--tls-no-verify") { Description = "Accept whatever certificate the server shows." };

    private readonly Option<int?> connections = new("--connections")
    {
        Description = "How many connections to open at most. Default: half of those that are free there, and 10 at most.",
        HelpName = "N",
    };

    private readonly Option<bool> replace = new("--replace")
    {
        Description = "Give an attached database another URL, such as one with a new password. Its keys stay.",
    };

    public static Command Create(CommonOptions common)
    {
        var attach = new DbAttachCommand();
        var command = new Command("attach", "Serve a PostgreSQL that runs elsewhere, and print the URL for an app.")
        {
            attach.name,
            attach.url,
            attach.variable,
            attach.authorities,
            attach.noVerify,
            attach.connections,
            attach.replace,
        };
        command.Validators.Add(attach.Validate);
        command.SetAction((parsed, cancellationToken) => attach.RunAsync(common, parsed, cancellationToken));
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetValue(url) is null == result.GetValue(variable) is null)
        {
            result.AddError("Give the server's URL by exactly one of URL ('-' for standard input) and --url-env.");
        }
    }

    private async Task<int> RunAsync(CommonOptions common, ParseResult parsed, CancellationToken cancellationToken)
    {
        string text = await ReadUrlAsync(parsed, cancellationToken);
        string database = parsed.GetValue(name)!;
        using ManagementClient client = common.Client(parsed);
        var request = new AttachRequest(
            database,
            text,
            await ReadAuthoritiesAsync(parsed, text, cancellationToken),
            parsed.GetValue(noVerify) ? false : null,
            parsed.GetValue(connections)
        );
        DatabaseResource attached = parsed.GetValue(replace)
            ? await client.ReplaceServerAsync(database, request, cancellationToken)
            : await client.AttachAsync(request, cancellationToken);
        common.Print(parsed, attached, ManagementJson.Default.DatabaseResource, output => Write(output, attached));
        return 0;
    }

    private static void Write(TextWriter output, DatabaseResource attached)
    {
        ServerResource server = attached.Server!;
        output.WriteLine($"{attached.Id}  {attached.Name}  {attached.State}");
        output.WriteLine($"PostgreSQL {server.Version} at {server.Host}:{server.Port}, TLS: {server.Tls}");
        foreach (string note in attached.Notes ?? [])
        {
            output.WriteLine(note);
        }
        if (attached.Urls is { } urls)
        {
            output.WriteLine($"Prisma: {urls.Prisma}");
            output.WriteLine("The URL holds a key that is not kept: it is not shown again.");
        }
    }

    private async Task<string> ReadUrlAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(variable) is { } named)
        {
            return Environment.GetEnvironmentVariable(named)
                ?? throw new DormouseException(
                    FailureKind.Caller,
                    "DM1040",
                    $"There is no environment variable '{named}'. Set it to the server's URL, or give the URL in another way."
                );
        }
        string text = parsed.GetValue(url)!;
        return text == "-" ? await Console.In.ReadLineAsync(cancellationToken) ?? "" : text;
    }

    /// <summary>Of the option, else of the URL's own sslrootcert: both name files of this machine, whose content is stored.</summary>
    private async Task<string?> ReadAuthoritiesAsync(ParseResult parsed, string text, CancellationToken cancellationToken)
    {
        string? file = parsed.GetValue(authorities)?.FullName ?? FileInUrl(text);
        return file is null ? null : await File.ReadAllTextAsync(file, cancellationToken);
    }

    private static string? FileInUrl(string text)
    {
        try
        {
            return ServerUrl.Parse(text).RootCertificateFile;
        }
        catch (FormatException)
        {
            // The platform says what is wrong with it.
            return null;
        }
    }
}
