namespace Dormouse.Testing.Platform;

/// <summary>
/// Spares a test platform the making of the image, which takes many seconds and 250 MB: its <c>images</c> are those that all tests of
/// this machine share. Everything else of its first run it does itself.
/// </summary>
internal static class PlatformSeed
{
    public static async Task PlantAsync(string dataPath)
    {
        await TestImage.GetAsync();
        Directory.CreateSymbolicLink(Path.Combine(dataPath, "images"), TestImage.ImagesPath);
    }
}
