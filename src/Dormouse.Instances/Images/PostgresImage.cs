namespace Dormouse.Instances.Images;

/// <summary>A PostgreSQL build on disk: a trimmed root file system that an instance sees as <c>/</c>.</summary>
/// <param name="Digest">Names the image: SHA-256 in hex over its content.</param>
/// <param name="RootPath">The root file system on the host.</param>
/// <param name="Version">PostgreSQL's version, such as <c>18.6</c>.</param>
/// <param name="MajorVersion">PostgreSQL's major version, such as 18.</param>
/// <param name="BinPath">Where the programs lie inside the root, such as <c>/usr/lib/postgresql/18/bin</c>.</param>
/// <param name="Manifest">What it was made of.</param>
public sealed record PostgresImage(string Digest, string RootPath, string Version, int MajorVersion, string BinPath, ImageManifest Manifest)
{
    /// <summary>The uid and gid that the image's <c>/etc/passwd</c> calls <c>postgres</c>: what a sandbox maps its user to.</summary>
    public const int InsideUid = 1000;

    /// <summary>An empty folder inside the root to mount the data directory on.</summary>
    public const string DataMount = "/data";

    /// <summary>An empty folder inside the root to mount the socket's folder on.</summary>
    public const string SocketMount = "/run/postgresql";

    /// <summary>An empty folder inside the root for settings or else.</summary>
    public const string ConfigMount = "/config";

    /// <summary>Where initdb's shell is mounted; an empty file that cannot be run otherwise.</summary>
    public const string ShellPath = "/usr/bin/sh";

    /// <summary>
    /// What only <c>initdb</c> needs beside the root (a shell at <see cref="ShellPath"/>): bind it over the root's for that one run, never for an
    /// instance, which has no shell.
    /// </summary>
    public string InitdbExtraPath => Path.Combine(Path.GetDirectoryName(RootPath)!, "initdb-extra");

    /// <summary>The full path on the host of a program of the image.</summary>
    public string HostPathOf(string program) => RootPath + BinPath + "/" + program;
}
