using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Images;

public sealed class ImageCleanupTests : IDisposable
{
    private const string Recent = "2026-02-01T00:00:00+00:00";
    private const string Middle = "2026-01-02T00:00:00+00:00";
    private const string Old = "2026-01-01T00:00:00+00:00";

    private readonly TestImages images = new();
    private readonly TestDataFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_image_that_nothing_refers_to_goes_and_the_default_stays()
    {
        string old = await images.AddAsync('a', "18.1", created: Old);
        string now = await images.AddAsync('b', "18.2", created: Recent);

        Assert.Equal([old], Images(Clean()));

        Assert.Equal([now], images.Store.List().Select(image => image.Digest));
        Assert.Empty(Images(Clean()));
    }

    [Fact]
    public async Task Each_image_that_a_record_names_stays_whatever_it_names_it_for()
    {
        string unused = await images.AddAsync('0', "18.1", created: Old);
        foreach (char letter in "abcd")
        {
            await images.AddAsync(letter, "18.1", created: Old);
        }
        await images.AddAsync('e', "18.2", created: Recent);
        AddDatabase(record =>
            record with
            {
                ImageDigest = new string('a', 64),
                ReplacedImage = new string('b', 64),
                UpgradingTo = new string('c', 64),
                PreviousImage = new string('d', 64),
            }
        );

        Assert.Equal([unused], Images(Clean()));

        Assert.Equal(5, images.Store.List().Count);
        Assert.Equal(1, ImageUses.Read(folder.Combine("instances")).DatabasesOf(new string('d', 64)));
    }

    [Fact]
    public async Task The_image_that_a_database_takes_next_and_the_newest_of_each_major_version_stay()
    {
        await images.AddAsync('a', "18.1", created: Old);
        // Lacks an extension that 'a' has, so that the database passes over it.
        await images.AddAsync('b', "18.3", withoutExtension: "hstore", created: Recent);
        await images.AddAsync('c', "18.2", created: Middle);
        await images.AddAsync('d', "17.2", created: Middle);
        string older = await images.AddAsync('e', "17.1", created: Old);
        AddDatabase(record => record with { ImageDigest = new string('a', 64) });

        Assert.Equal([older], Images(Clean()));
    }

    [Fact]
    public async Task Nothing_is_removed_while_one_database_cannot_tell_what_it_needs()
    {
        await images.AddAsync('a', "18.1", created: Old);
        await images.AddAsync('b', "18.2", created: Recent);
        string broken = AddDatabase(record => record);
        await File.WriteAllTextAsync(Path.Combine(broken, "instance.json"), "{", Cancellation);

        Assert.Empty(Images(Clean()));
        Assert.Equal(2, images.Store.List().Count);

        // A creation that was cut short has no data, and is nobody's.
        Directory.Delete(Path.Combine(broken, "data"));
        Assert.Single(Images(Clean()));
    }

    [Fact]
    public async Task Images_behind_a_link_are_somebody_elses_too()
    {
        await images.AddAsync('a', "18.1", created: Old);
        await images.AddAsync('b', "18.2", created: Recent);
        Directory.CreateSymbolicLink(folder.Combine("images"), images.Path);
        var linked = new ImageStore(
            new ImageOptions { ImagesPath = folder.Combine("images"), CachePath = folder.Combine("cache") },
            TimeProvider.System
        );

        Assert.Empty(Images(new ImageCleanup(linked, images.Templates, NullLogger<ImageCleanup>.Instance).Run(folder.Path)));
        Assert.Equal(2, linked.List().Count);
    }

    [Fact]
    public async Task What_a_crash_left_half_removed_goes_with_the_next_run()
    {
        await images.AddAsync('a', "18.1", created: Old);
        string left = Path.Combine(images.Path, ".removing-" + new string('c', 64));
        Directory.CreateDirectory(Path.Combine(left, "root"));

        Assert.Empty(Images(Clean()));

        Assert.False(Directory.Exists(left));
        Assert.Single(images.Store.List());
    }

    [Fact]
    public async Task Templates_of_earlier_recipes_and_of_other_images_go_and_those_that_a_first_start_needs_stay()
    {
        string standard = await images.AddAsync('b', "18.2", created: Recent);
        string first = await images.AddAsync('a', "18.1", created: Old);
        string gone = new('c', 64);
        AddDatabase(record => record with { ImageDigest = first, SecretsSet = false });
        string[] stay = [$"{standard}-{TemplateRecipe.Version}", $"{first}-{TemplateRecipe.Version}", "somebody-elses"];
        string[] go = [$"{standard}-{TemplateRecipe.Version - 1}", $"{gone}-{TemplateRecipe.Version}"];
        foreach (string name in stay.Concat(go))
        {
            Directory.CreateDirectory(Path.Combine(images.TemplatesPath, name, "data"));
        }

        Assert.Equal(go.Order(), Clean().Templates.Order());

        Assert.Equal(stay.Order(), Directory.GetDirectories(images.TemplatesPath).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_database_runs_on_and_starts_cold_after_the_images_around_its_own_were_removed()
    {
        string version = (await TestImage.GetAsync()).Version;
        string own = await images.AddAsync('a', version, created: Old);
        await using TestHost host = await TestHost.StartAsync(images: images);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 42 AS n");
        string newest = await images.AddAsync('c', "18.0", created: Recent);
        string between = await images.AddAsync('b', "18.0", created: Middle);

        CleanedUp removed = new ImageCleanup(images.Store, images.Templates, NullLogger<ImageCleanup>.Instance).Run(
            host.Folder.Combine("instances")
        );

        Assert.Equal([between], Images(removed));
        Assert.Equal([newest, own], images.Store.List().Select(image => image.Digest));
        Assert.Equal("42", await host.QueryAsync(id, "SELECT n FROM kept"));
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal("42", await host.QueryAsync(id, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_backup_whose_image_was_removed_is_restored_on_another_one_of_its_major_version()
    {
        string version = (await TestImage.GetAsync()).Version;
        await images.AddAsync('a', version, created: Old);
        await using TestHost host = await TestHost.StartAsync(images: images);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 42 AS n");
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        await host.Lifecycle.DeleteAsync(id, Cancellation);
        string same = await images.AddAsync('b', version, created: Middle);
        // The default is of another major version now.
        string standard = await images.AddAsync('c', "19.0", created: Recent);
        CleanedUp removed = new ImageCleanup(images.Store, images.Templates, NullLogger<ImageCleanup>.Instance).Run(
            host.Folder.Combine("instances")
        );
        Assert.Equal([new string('a', 64)], Images(removed));
        Assert.Equal(standard, images.Store.FindDefault()?.Digest);

        var restored = DatabaseId.New();
        await host.Backups.CreateFromAsync(restored, new BackupSource(null, backup.Name, null), ClassRange.Smallest, Cancellation);

        Assert.Equal("42", await host.QueryAsync(restored, "SELECT n FROM kept"));
        Assert.Equal(same, host.Lifecycle.RecordOf(restored).ImageDigest);
    }

    private static IEnumerable<string> Images(CleanedUp removed) => removed.Images.Select(image => image.Digest);

    private CleanedUp Clean() =>
        new ImageCleanup(images.Store, images.Templates, NullLogger<ImageCleanup>.Instance).Run(folder.Combine("instances"));

    private string AddDatabase(Func<InstanceRecord, InstanceRecord> with)
    {
        var id = DatabaseId.New();
        string path = folder.Combine("instances", id.ToString());
        Directory.CreateDirectory(Path.Combine(path, "data"));
        InstanceRecord record = InstanceRecord.New(id, new string('f', 64), null, DateTimeOffset.UnixEpoch) with { SecretsSet = true };
        with(record).Write(Path.Combine(path, "instance.json"));
        return path;
    }
}
