using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;

namespace Dormouse.Testing;

/// <summary>
/// The real PostgreSQL image and a template of it, made once per machine and user and shared by all test processes: the stores lock
/// and publish atomically. Look at <see cref="CachePath"/> to give a platform under test the same cache.
/// </summary>
public static class TestImage
{
    /// <summary>For root it lies where other users can read it, since nothing of PostgreSQL runs as root.</summary>
    public static string CachePath { get; } =
        Environment.UserName == "root" ? "/var/cache/dormouse"
        : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? Path.Combine(cache, "dormouse")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "dormouse");

    /// <summary>Where the images lie, one folder per digest.</summary>
    public static string ImagesPath => Path.Combine(CachePath, "images");

    public static TemplateStore Templates { get; } = new(Path.Combine(CachePath, "test-templates"), null, TimeProvider.System);

    private static readonly Lazy<Task<PostgresImage>> Image = new(async () =>
    {
        var silent = new Progress<string>();
        // As `up` does on a fresh machine; the tests may be the first thing that runs there.
        await HostSetup.EnsureAsync(silent, CancellationToken.None);
        var store = new ImageStore(Options(), TimeProvider.System);
        PostgresImage found = await store.EnsureDefaultAsync(silent, CancellationToken.None);
        return IsAsOfToday(found) ? found : await store.PullAsync(silent, CancellationToken.None);
    });

    private static readonly Lazy<Task<InstanceTemplate>> Template = new(async () =>
        await Templates.EnsureAsync(await Image.Value, CancellationToken.None)
    );

    /// <summary>The image; the first call on a machine installs what the host lacks and fetches about 80 MB.</summary>
    public static Task<PostgresImage> GetAsync() => Image.Value;

    /// <summary>
    /// An image of an older major version, from another suite of Debian, made by the first call on a machine; null where it cannot be had, and then
    /// <see cref="OlderMissing"/> says why.
    /// </summary>
    public static Task<PostgresImage?> GetOlderAsync() => Older.Value;

    public static string? OlderMissing { get; private set; }

    private const int OlderMajor = 17;

    private static readonly Lazy<Task<PostgresImage?>> Older = new(async () =>
    {
        await Image.Value;
        try
        {
            var silent = new Progress<string>();
            ImageOptions options = Options();
            PostgresImage found = await new ImageStore(options, TimeProvider.System).EnsureMajorAsync(
                OlderMajor,
                silent,
                CancellationToken.None
            );
            return IsAsOfToday(found)
                ? found
                : await new ImageStore(options.OfSuite(found.Manifest.Suite), TimeProvider.System).PullAsync(
                    silent,
                    CancellationToken.None
                );
        }
        catch (DormouseException exception) when (exception.Kind == FailureKind.Host)
        {
            OlderMissing = $"No image of PostgreSQL {OlderMajor} can be made here: {exception.Message}";
            return null;
        }
    });

    public static Task<InstanceTemplate> GetTemplateAsync() => Template.Value;

    // An earlier version of this program may have left images that lack what it did not know of.
    private static bool IsAsOfToday(PostgresImage image) =>
        image.Manifest.Source != ImageSource.Debian || image.Manifest.Extensions.Any(extension => extension.Name == "postgis");

    public static ImageOptions Options() => new() { ImagesPath = ImagesPath, CachePath = Path.Combine(CachePath, "downloads") };
}
