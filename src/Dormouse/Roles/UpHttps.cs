using System.Globalization;
using Dormouse.Edge.Tls;

namespace Dormouse.Roles;

/// <summary>What <c>up</c> was told about https.</summary>
/// <param name="Port">0: a free one.</param>
internal sealed record UpHttps(int Port)
{
    /// <summary>PEM files of somebody else's certificate; null: the platform makes one for development.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>As <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Names that the platform's own certificate is to be good for, beside those of this machine.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <param name="developmentFolder">Where the platform's own certificate is kept.</param>
    /// <param name="reachedAs">Names and addresses by which apps reach the front door.</param>
    public TlsOptions Options(string developmentFolder, IEnumerable<string> reachedAs) =>
        CertificateFile is null
            ? new TlsOptions { DevelopmentFolder = developmentFolder, DevelopmentNames = [.. Names, .. reachedAs] }
            : new TlsOptions { CertificateFile = CertificateFile, KeyFile = KeyFile };

    /// <summary>The words of a command line that says the same.</summary>
    public IEnumerable<string> ToWords() =>
        [
            "--https",
            Port.ToString(CultureInfo.InvariantCulture),
            .. CertificateFile is null ? (string[])[] : ["--tls-cert", CertificateFile, "--tls-key", KeyFile!],
            .. Names.SelectMany(name => (string[])["--tls-name", name]),
        ];
}
