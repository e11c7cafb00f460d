using Dormouse.Contracts;
using Dormouse.Edge.Origin;

namespace Dormouse.Roles;

/// <summary>What <c>up --role edge</c> was told: this process is an edge alone, and the platform is elsewhere.</summary>
/// <param name="Address">The platform's door for edges.</param>
internal sealed record UpOrigin(Uri Address)
{
    /// <summary>Where the token is that is not in a file. Never on a command line, which everybody on a machine can read.</summary>
    public const string TokenVariable = "DORMOUSE_EDGE_TOKEN";

    /// <summary>The file that holds the token; null: <see cref="TokenVariable"/>.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The CA of the platform's certificate; null: those that this machine trusts.</summary>
    public string? CaFile { get; init; }

    /// <exception cref="DormouseException">There is no token.</exception>
    public OriginOptions Options()
    {
        string? token = TokenFile is { } file ? File.ReadAllText(file) : Environment.GetEnvironmentVariable(TokenVariable);
        return string.IsNullOrWhiteSpace(token)
            ? throw new DormouseException(
                FailureKind.Caller,
                "DM1030",
                $"An edge needs a token: './dormouse edge add NAME' on the platform's machine makes one. Give it in a file with "
                    + $"--origin-token-file, or in the variable {TokenVariable}."
            )
            : new OriginOptions
            {
                Address = Address,
                Token = token.Trim(),
                CaFile = CaFile,
            };
    }

    /// <summary>The words of a command line that says the same.</summary>
    public IEnumerable<string> ToWords() =>
        [
            "--role",
            "edge",
            "--origin",
            Address.GetLeftPart(UriPartial.Authority),
            .. TokenFile is null ? (string[])[] : ["--origin-token-file", TokenFile],
            .. CaFile is null ? (string[])[] : ["--origin-ca", CaFile],
        ];
}
