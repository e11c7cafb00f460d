using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Dumps;

/// <summary>
/// One run of a program of an image that logs in as the tenant's role, in a sandbox without network or shell, with nothing of the host but the socket's
/// folder. The password lies in a file for it alone, since command lines can be read by all; the next start of the platform removes it if we do not.
/// </summary>
internal sealed class DumpTool : IDisposable
{
    private const string PasswordFile = "pgpass";

    private readonly string folder;
    private readonly string program;
    private readonly ImageSandbox sandbox;

    private DumpTool(string program, string folder, ImageSandbox sandbox)
    {
        this.program = program;
        this.folder = folder;
        this.sandbox = sandbox;
    }

    /// <summary>For libpq.</summary>
    public static string Login =>
        $"host={PostgresImage.SocketMount} user={RoleSecrets.AppRole} dbname=postgres passfile={PostgresImage.ConfigMount}/{PasswordFile}";

    /// <param name="program">Such as <c>pg_dump</c>.</param>
    /// <param name="image">Whose.</param>
    /// <param name="socketFolder">Where the server's socket is.</param>
    /// <param name="user">The host's user to run as; null: who we are.</param>
    /// <param name="notesPath">Where the password's file lies meanwhile.</param>
    /// <param name="password">Of the tenant's role.</param>
    /// <exception cref="DormouseException">DM3520: the image has no such program.</exception>
    public static DumpTool Open(string program, PostgresImage image, string socketFolder, int? user, string notesPath, string password)
    {
        if (!File.Exists(image.HostPathOf(program)))
        {
            throw DumpFailures.ToolMissing(program, image.Digest);
        }
        string folder = Path.Combine(notesPath, Guid.CreateVersion7().ToString("N"));
        Directory.CreateDirectory(notesPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = Path.Combine(folder, PasswordFile);
        SecretFile.Write(path, $"*:*:*:{RoleSecrets.AppRole}:{password}");
        if (user is { } owner)
        {
            HostDisk.ChangeOwner(path, owner);
            HostDisk.ChangeOwner(folder, owner);
        }
        var sandbox = new ImageSandbox(image)
        {
            User = user,
            Mounts = new Dictionary<string, string> { [PostgresImage.SocketMount] = socketFolder, [PostgresImage.ConfigMount] = folder },
        };
        return new DumpTool(program, folder, sandbox);
    }

    public HostCommand Command(IEnumerable<string> arguments) => sandbox.Command(program, arguments);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
