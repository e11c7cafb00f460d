using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Instances.Templates;
using Dormouse.Postgres;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The passwords of an instance's two roles: sealed in its folder, and as SCRAM verifiers inside PostgreSQL. They are stored before they are
/// set, so a crash in between loses nothing: the next start tries both.
/// </summary>
internal sealed class InstanceSecrets(SecretBox box)
{
    // The passwords are 256 random bits: guessing is hopeless whatever the count, and each iteration delays each login.
    private const int ScramIterations = 64;
    private const string AuthenticationFailed = "28P01";
    private const string DatabaseInside = "postgres";

    /// <exception cref="DormouseException">DM3410: it cannot be opened.</exception>
    public RoleSecrets Open(DatabaseId id, InstanceFolder folder) => Open(id, folder.SecretPath, Purpose(id));

    /// <summary>Notes the passwords that a new instance's data directory has from the beginning. The caller flushes the folder.</summary>
    public void Keep(DatabaseId id, InstanceFolder folder, RoleSecrets own) =>
        Write(folder.SecretPath, own, Purpose(id), flushFolder: false);

    /// <summary>Gives a freshly cloned and started instance secrets of its own. Repeating it does no harm.</summary>
    public async Task<RoleSecrets> SetAsync(DatabaseId id, InstanceFolder folder, RoleSecrets template, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.SecretPath))
        {
            Write(folder.SecretPath, RoleSecrets.New(), Purpose(id));
        }
        RoleSecrets own = Open(id, folder);
        await using ServerConnection connection = await LogInAsync(folder.SocketPath, template, own, cancellationToken);
        await connection.ExecuteSimpleAsync(
            "BEGIN;"
                + $"ALTER ROLE {RoleSecrets.PlatformRole} PASSWORD '{ScramVerifier.Create(own.PlatformPassword, ScramIterations)}';"
                + $"ALTER ROLE {RoleSecrets.AppRole} PASSWORD '{ScramVerifier.Create(own.AppPassword, ScramIterations)}';"
                + "COMMIT",
            cancellationToken
        );
        return own;
    }

    /// <summary>Notes the passwords inside a data directory that comes from elsewhere, for its first start.</summary>
    public void KeepOrigin(DatabaseId id, InstanceFolder folder, RoleSecrets origin) =>
        Write(folder.OriginSecretPath, origin, OriginPurpose(id));

    /// <summary>Null if the data directory comes from the template.</summary>
    public RoleSecrets? FindOrigin(DatabaseId id, InstanceFolder folder) =>
        File.Exists(folder.OriginSecretPath) ? Open(id, folder.OriginSecretPath, OriginPurpose(id)) : null;

    public static void ForgetOrigin(InstanceFolder folder) => File.Delete(folder.OriginSecretPath);

    private void Write(string path, RoleSecrets secrets, byte[] purpose, bool flushFolder = true) =>
        DurableFile.Replace(
            path,
            box.Seal(Encoding.UTF8.GetBytes($"{secrets.PlatformPassword}\n{secrets.AppPassword}"), purpose),
            flushFolder
        );

    private RoleSecrets Open(DatabaseId id, string path, byte[] purpose)
    {
        try
        {
            string[] lines = Encoding.UTF8.GetString(box.Open(File.ReadAllBytes(path), purpose)).Split('\n');
            return new RoleSecrets(lines[0], lines[1]);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or IndexOutOfRangeException)
        {
            throw new DormouseException(
                FailureKind.ComputeAsleep,
                "DM3410",
                $"The secrets of {id} cannot be opened. Restore its 'secret' file and the key that sealed it.",
                exception
            );
        }
    }

    private static async Task<ServerConnection> LogInAsync(
        string socketPath,
        RoleSecrets template,
        RoleSecrets own,
        CancellationToken cancellationToken
    )
    {
        var options = new ServerConnectionOptions();
        var login = new ServerLogin(socketPath, RoleSecrets.PlatformRole, template.PlatformPassword, DatabaseInside);
        try
        {
            return await ServerConnection.OpenAsync(login, options, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == AuthenticationFailed)
        {
            return await ServerConnection.OpenAsync(login with { Password = own.PlatformPassword }, options, cancellationToken);
        }
    }

    private static byte[] Purpose(DatabaseId id) => Encoding.UTF8.GetBytes($"instance:{id}");

    private static byte[] OriginPurpose(DatabaseId id) => Encoding.UTF8.GetBytes($"instance-origin:{id}");
}
